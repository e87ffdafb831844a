// Ajv, which nobody here wrote, holds what the program prints against the published schemas.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const schema = JSON.parse(readFileSync(new URL('../../docs/output.schema.json', import.meta.url)));
const ajv = addFormats(new Ajv2020({ allErrors: true, allowUnionTypes: true, strict: true, strictTypes: false }));
ajv.addSchema(schema);

for await (const line of createInterface({ input: process.stdin })) {
  const { command, printed } = JSON.parse(line);
  const name = encodeURIComponent(command);
  const validate = ajv.getSchema(`${schema.$id}#/$defs/${name}`);
  const errors = validate ? (validate(printed), validate.errors ?? []) : [{ message: `no schema for ${command}` }];
  process.stdout.write(`${JSON.stringify({ errors })}\n`);
}
