export interface Location {
  name: string;
  displayName: string;
  geographyGroup: string;
  physicalLocation: string;
  longitude: string;
  latitude: string;
  paired: string;
}

export const locations: readonly Location[] = [
  {
    name: "eastus",
    displayName: "East US",
    geographyGroup: "US",
    physicalLocation: "Virginia",
    longitude: "-79.8164",
    latitude: "37.3719",
    paired: "westus",
  },
  {
    name: "westus",
    displayName: "West US",
    geographyGroup: "US",
    physicalLocation: "California",
    longitude: "-122.417",
    latitude: "37.783",
    paired: "eastus",
  },
  {
    name: "northeurope",
    displayName: "North Europe",
    geographyGroup: "Europe",
    physicalLocation: "Ireland",
    longitude: "-6.2597",
    latitude: "53.3478",
    paired: "westeurope",
  },
  {
    name: "westeurope",
    displayName: "West Europe",
    geographyGroup: "Europe",
    physicalLocation: "Netherlands",
    longitude: "4.9",
    latitude: "52.3667",
    paired: "northeurope",
  },
  {
    name: "southeastasia",
    displayName: "Southeast Asia",
    geographyGroup: "Asia Pacific",
    physicalLocation: "Singapore",
    longitude: "103.833",
    latitude: "1.283",
    paired: "eastasia",
  },
  {
    name: "eastasia",
    displayName: "East Asia",
    geographyGroup: "Asia Pacific",
    physicalLocation: "Hong Kong",
    longitude: "114.188",
    latitude: "22.267",
    paired: "southeastasia",
  },
];

/** An extension of a region, near a city. */
export interface EdgeZone {
  name: string;
  displayName: string;
  home: string;
  longitude: string;
  latitude: string;
}

export const edgeZones: readonly EdgeZone[] = [
  {
    name: "microsoftlosangeles1",
    displayName: "Microsoft Los Angeles 1",
    home: "westus",
    longitude: "-118.235374",
    latitude: "34.058414",
  },
];

export const logicalZones = ["1", "2", "3"] as const;

/** The availability zones of a region; West US has none. */
export const zonesOf = (location: string): readonly string[] =>
  location === "westus" ? [] : logicalZones;

export const locationNames = locations.map(({ name }) => name);

/** `West Europe` and `westeurope` are one place to ARM, which answers with the short form. */
export const normalizeLocation = (location: string) => location.replaceAll(/\s/g, "").toLowerCase();

export const isRegion = (location: string) => locationNames.includes(normalizeLocation(location));

/** Resources, unlike groups, may also be nowhere in particular. */
export const isLocation = (location: string) =>
  isRegion(location) || normalizeLocation(location) === "global";

/** A location as `GET /subscriptions/{id}/locations` lists it. */
export function presentLocation(subscriptionId: string, location: Location) {
  const id = (name: string) => `/subscriptions/${subscriptionId}/locations/${name}`;
  return {
    id: id(location.name),
    name: location.name,
    type: "Region",
    displayName: location.displayName,
    regionalDisplayName: `(${location.geographyGroup}) ${location.displayName}`,
    metadata: {
      regionType: "Physical",
      regionCategory: "Recommended",
      geographyGroup: location.geographyGroup,
      longitude: location.longitude,
      latitude: location.latitude,
      physicalLocation: location.physicalLocation,
      pairedRegion: [{ name: location.paired, id: id(location.paired) }],
    },
  };
}

/** An edge zone as the same list shows it under `includeExtendedLocations=true`. */
export const presentEdgeZone = (subscriptionId: string, zone: EdgeZone) => ({
  id: `/subscriptions/${subscriptionId}/locations/${zone.home}/edgeZones/${zone.name}`,
  name: zone.name,
  type: "EdgeZone",
  displayName: zone.displayName,
  regionalDisplayName: zone.displayName,
  metadata: {
    regionType: "Physical",
    regionCategory: "Extended",
    longitude: zone.longitude,
    latitude: zone.latitude,
    homeLocation: zone.home,
  },
});
