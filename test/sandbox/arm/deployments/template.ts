import * as z from "zod";
import type { Value } from "./functions.ts";
import { evaluate, type EvaluationContext } from "./evaluation.ts";
import { TemplateError } from "./template-error.ts";

const value: z.ZodType<Value> = z.json();

const parameterSchema = z.looseObject({
  type: z.string(),
  defaultValue: value.optional(),
  allowedValues: z.array(value).optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minValue: z.number().optional(),
  maxValue: z.number().optional(),
});
type Parameter = z.output<typeof parameterSchema>;

const resourceSchema = z.looseObject({
  type: z.string(),
  apiVersion: z.string(),
  name: z.string(),
  condition: z.union([z.string(), z.boolean()]).optional(),
  dependsOn: z.array(z.string()).optional(),
  scope: z.string().optional(),
  resourceGroup: z.string().optional(),
  subscriptionId: z.string().optional(),
  copy: z
    .looseObject({ name: z.string(), count: z.union([z.number().int().min(0), z.string()]) })
    .optional(),
});

export type TemplateResource = z.output<typeof resourceSchema>;

const templateSchema = z.looseObject({
  $schema: z.string(),
  contentVersion: z.string(),
  parameters: z.record(z.string(), parameterSchema).optional(),
  variables: z.record(z.string(), value).optional(),
  resources: z.union([z.array(resourceSchema), z.record(z.string(), resourceSchema)]),
  outputs: z
    .record(z.string(), z.looseObject({ type: z.string(), value: value.optional() }))
    .optional(),
});

export interface Template {
  contentVersion: string;
  parameters: Readonly<Record<string, Parameter>>;
  variables: Readonly<Record<string, Value>>;
  resources: readonly TemplateResource[];
  outputs: Readonly<Record<string, { type: string; value?: Value }>>;
  /** As it was sent. */
  source: Value;
}

/** Reads a template. @throws TemplateError */
export function readTemplate(source: Value): Template {
  const read = templateSchema.safeParse(source);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new TemplateError(
      `Deployment template parse failed: '${issue?.message ?? "invalid"}. Path '${issue?.path.join(".") ?? ""}'.'.`,
    );
  }
  const { contentVersion, parameters = {}, variables = {}, resources, outputs = {} } = read.data;
  return {
    contentVersion,
    parameters,
    variables,
    resources: Array.isArray(resources) ? resources : Object.values(resources),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, output]) => [
        name,
        { type: output.type, ...(output.value !== undefined && { value: output.value }) },
      ]),
    ),
    source,
  };
}

const validation = (message: string) =>
  new TemplateError(`Deployment template validation failed: '${message}'.`);

const kinds: Readonly<Record<string, (given: Value) => boolean>> = {
  string: (given) => typeof given === "string",
  securestring: (given) => typeof given === "string",
  int: (given) => typeof given === "number" && Number.isInteger(given),
  bool: (given) => typeof given === "boolean",
  array: (given) => Array.isArray(given),
  object: (given) => typeof given === "object" && given !== null && !Array.isArray(given),
  secureobject: (given) => typeof given === "object" && given !== null && !Array.isArray(given),
};

/** The bound of a parameter that a value does not keep to. */
function boundOf(
  { minLength, maxLength, minValue, maxValue }: Parameter,
  given: Value,
): string | undefined {
  const measured = (
    what: string,
    size: number,
    least: number | undefined,
    most: number | undefined,
  ) =>
    least !== undefined && size < least
      ? `${what} of the value should be greater than or equal to '${least}'`
      : most !== undefined && size > most
        ? `${what} of the value should be less than or equal to '${most}'`
        : undefined;
  if (typeof given === "string" || Array.isArray(given))
    return measured("Length", given.length, minLength, maxLength);
  return typeof given === "number" ? measured("Size", given, minValue, maxValue) : undefined;
}

/** Throws for an output that is not of the type its template says. */
export function requireType(output: string, type: string, given: Value): void {
  if (kinds[type.toLowerCase()]?.(given) === true) return;
  throw new TemplateError(
    `The template output '${output}' is not valid: Template output JToken type is not valid. Expected '${type}'. Actual '${Array.isArray(given) ? "Array" : typeof given}'. Please see https://aka.ms/arm-template/#outputs for usage details.`,
  );
}

/**
 * The values of a template's parameters: those given, else their defaults.
 * @param given by name, `{value}` each
 * @throws TemplateError for one that lacks, is unknown, or is of another type
 */
export function readParameters(
  template: Template,
  given: Readonly<Record<string, { value?: Value | undefined }>>,
  context: EvaluationContext,
): Record<string, Value> {
  const known = Object.keys(template.parameters);
  const unknown = Object.keys(given).filter(
    (name) => !known.some((each) => each.toLowerCase() === name.toLowerCase()),
  );
  if (unknown.length > 0)
    throw validation(
      `The template parameters '${unknown.join(", ")}' in the parameters file are not valid; they are not present in the original template and can therefore not be provided at deployment time. ` +
        `The only supported parameters for this template are '${known.join(", ")}'. Please see https://aka.ms/arm-pass-parameter-values for usage details.`,
    );
  const values: Record<string, Value> = {};
  for (const [name, parameter] of Object.entries(template.parameters)) {
    const { type, defaultValue, allowedValues } = parameter;
    const key = Object.keys(given).find((each) => each.toLowerCase() === name.toLowerCase());
    const own = key === undefined ? undefined : given[key]?.value;
    const chosen =
      own ??
      (defaultValue === undefined
        ? undefined
        : evaluate(defaultValue, { ...context, parameters: values }));
    if (chosen === undefined)
      throw validation(
        `The value for the template parameter '${name}' at line '1' and column '1' is not provided. Please see https://aka.ms/arm-create-parameter-file for usage details.`,
      );
    const fits = kinds[type.toLowerCase()];
    if (!fits)
      throw validation(
        `Template parameter type '${type}' in template parameter '${name}' is not valid.`,
      );
    if (!fits(chosen))
      throw validation(
        `Template parameter JToken type is not valid. Expected '${type}'. Actual '${typeof chosen}'. Please see https://aka.ms/arm-create-parameter-file for usage details.`,
      );
    if (
      allowedValues &&
      !allowedValues.some((each) => JSON.stringify(each) === JSON.stringify(chosen))
    )
      throw validation(
        `The provided value for the template parameter '${name}' is not valid. The value '${String(chosen)}' is not part of the allowed value(s): '${allowedValues.join(",")}'.`,
      );
    const outside = boundOf(parameter, chosen);
    if (outside !== undefined)
      throw validation(
        `The provided value for the template parameter '${name}' is not valid. ${outside}. Please see https://aka.ms/arm-create-parameter-file for usage details.`,
      );
    values[name] = chosen;
  }
  return values;
}
