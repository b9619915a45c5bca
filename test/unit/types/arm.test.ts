import { describe, expect, expectTypeOf, test } from "vitest";
import * as arm from "../../../src/arm/index.ts";
import { exportsOf, unmentionedIn } from "../../support/entry-point.ts";

/** The entry point for Resource Manager, as a program that imports it sees its types. */

const { ArmClient, AzureError, parseResourceId, quotaOf, sameResourceId } = arm;
type Client = InstanceType<typeof ArmClient>;

test("every export is named in this file", () => {
  const { values, types } = exportsOf("src/arm/index.ts");
  expect(Object.keys(arm).toSorted()).toEqual(values);
  expect(unmentionedIn("test/unit/types/arm.test.ts", [...values, ...types])).toEqual([]);
});

describe("the client", () => {
  test("is made of anything with a fetch", () => {
    expectTypeOf(ArmClient).constructorParameters.toEqualTypeOf<
      [fetcher: arm.Fetcher, options?: arm.ArmClientOptions | undefined]
    >();
    expectTypeOf<arm.ArmClientOptions["providerCache"]>().toEqualTypeOf<
      arm.ProviderCache | undefined
    >();
  });

  test("lists Azure's own types, page by page", () => {
    type Listed<Item> = arm.PagedItems<Item>;
    expectTypeOf<ReturnType<Client["subscriptions"]["list"]>>().toEqualTypeOf<
      Listed<arm.Subscription>
    >();
    expectTypeOf<ReturnType<Client["resourceGroups"]["list"]>>().toEqualTypeOf<
      Listed<arm.ResourceGroup>
    >();
    expectTypeOf<ReturnType<Client["resources"]["listBySubscription"]>>().toEqualTypeOf<
      Listed<arm.GenericResource>
    >();
    expectTypeOf<ReturnType<Client["providers"]["list"]>>().toEqualTypeOf<Listed<arm.Provider>>();
    expectTypeOf<ReturnType<Client["tags"]["listNames"]>>().toEqualTypeOf<Listed<arm.TagName>>();
    type Pages = ReturnType<Listed<arm.Provider>["byPage"]>;
    expectTypeOf<Pages>().toExtend<AsyncIterator<arm.Page<arm.Provider>>>();
    expectTypeOf<Parameters<Listed<arm.Provider>["byPage"]>[0]>().toEqualTypeOf<
      arm.PageSettings | undefined
    >();
  });

  test("takes the options of each call", () => {
    expectTypeOf<arm.ListResourceGroupsOptions>().toExtend<arm.CallOptions>();
    expectTypeOf<arm.ListResourcesOptions>().toExtend<arm.CallOptions>();
    expectTypeOf<arm.ResourceQueryOptions>().toExtend<arm.CallOptions>();
    expectTypeOf<arm.ResourceRow[string]>().toBeUnknown();
    expectTypeOf<arm.ProviderOptions>().toExtend<arm.CallOptions>();
    expectTypeOf<arm.WriteOptions>().toExtend<arm.CallOptions>();
    expectTypeOf<Parameters<Client["resources"]["get"]>[1]>().toEqualTypeOf<
      arm.CallOptions | undefined
    >();
    expectTypeOf<Parameters<Client["resources"]["delete"]>[1]>().toEqualTypeOf<
      arm.WriteOptions | undefined
    >();
    expectTypeOf<arm.OperationCall>().toExtend<arm.ArmCall>();
    expectTypeOf<"azure-async-operation">().toExtend<arm.FinalStateVia>();
  });

  test("knows a provider's types and the tags of a resource", () => {
    expectTypeOf<
      NonNullable<arm.Provider["resourceTypes"]>[number]
    >().toEqualTypeOf<arm.ProviderType>();
    expectTypeOf<arm.Tags>().toExtend<Readonly<Record<string, string>>>();
  });

  test("polls what runs for long", () => {
    expectTypeOf<ReturnType<Client["resources"]["delete"]>>().toEqualTypeOf<
      Promise<arm.Poller<undefined>>
    >();
    expectTypeOf<Parameters<arm.Poller<arm.GenericResource>["pollUntilDone"]>[0]>().toEqualTypeOf<
      arm.PollOptions<arm.GenericResource> | undefined
    >();
    expectTypeOf<arm.Poller<arm.TagsResource>["progress"]>().toEqualTypeOf<
      arm.OperationProgress<arm.TagsResource>
    >();
  });

  test("takes the bodies that its writes send", () => {
    expectTypeOf<
      Parameters<Client["resourceGroups"]["createOrUpdate"]>[2]
    >().toEqualTypeOf<arm.ResourceGroupParameters>();
    expectTypeOf<
      Parameters<Client["resources"]["createOrUpdate"]>[1]
    >().toEqualTypeOf<arm.ResourceParameters>();
    expectTypeOf<Parameters<Client["tags"]["update"]>[1]>().toEqualTypeOf<arm.TagsPatch>();
  });
});

test("resource ids are read and compared", () => {
  const parsed = parseResourceId("/subscriptions/x");
  if (parsed.ok) expectTypeOf(parsed.value).toEqualTypeOf<arm.ResourceId>();
  expectTypeOf(sameResourceId).returns.toBeBoolean();
  expectTypeOf(quotaOf).returns.toEqualTypeOf<Record<string, number>>();
  expectTypeOf<InstanceType<typeof AzureError>["status"]>().toExtend<number>();
});
