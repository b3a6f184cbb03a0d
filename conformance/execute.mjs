// Runs translated libraries on the people of a folder with cql-execution.
//
// node execute.mjs FOLDER: reads run.json, *.elm.json, ValueSet-*.json and people.ndjson (a Bundle a
// line), writes results.cql-execution.json: library -> patient -> the value of "Results".
import fs from "node:fs";
import path from "node:path";
import cql from "cql-execution";
import fhir from "cql-exec-fhir";

const folder = process.argv[2];
const read = (name) => fs.readFileSync(path.join(folder, name), "utf8");
const plan = JSON.parse(read("run.json"));
const lines = read("people.ndjson").split("\n").filter((line) => line);

// Codes that nobody has cannot match; without them an expansion of thousands is looked up faster.
const used = new Set();
const collect = (value) => {
  if (Array.isArray(value)) value.forEach(collect);
  else if (value && typeof value === "object") {
    if (value.system && value.code) used.add(`${value.system}|${value.code}`);
    Object.values(value).forEach(collect);
  }
};
const bundles = lines.map((line) => JSON.parse(line));
collect(bundles);

const valueSets = {};
for (const name of fs.readdirSync(folder).filter((file) => file.startsWith("ValueSet-"))) {
  const set = JSON.parse(read(name));
  const codes = (set.expansion.contains ?? [])
    .filter(({ system, code }) => used.has(`${system}|${code}`))
    .map(({ system, code }) => ({ system, code, version: null }));
  valueSets[set.url] = { [set.version]: codes };
}
const elm = Object.fromEntries(
  plan.libraries.map((name) => [name, JSON.parse(read(`${name}.elm.json`))]),
);
const moment = (text, ...clock) => new cql.DateTime(...text.split("-").map(Number), ...clock, 0);
const parameters = {
  "Measurement Period": new cql.Interval(
    moment(plan.period[0], 0, 0, 0, 0), moment(plan.period[1], 23, 59, 59, 999),
  ),
};

const source = fhir.PatientSource.FHIRv401();
const repository = new cql.Repository(elm);
const codeService = new cql.CodeService(valueSets);
const results = {};
for (const name of plan.run) {
  const library = new cql.Library(elm[name], repository);
  const executor = new cql.Executor(library, codeService, parameters);
  source.loadBundles(bundles);
  const found = await executor.exec(source);
  source.reset();
  results[name] = Object.fromEntries(
    Object.entries(found.patientResults).map(([id, values]) => [id, values.Results]),
  );
}
fs.writeFileSync(path.join(folder, "results.cql-execution.json"), JSON.stringify(results));
