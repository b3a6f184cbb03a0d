// Runs translated libraries on the people of folders with cql-execution.
//
// node execute.mjs FOLDER...: reads run.json, *.elm.json, ValueSet-*.json and people.ndjson (a Bundle
// a line), writes results.cql-execution.json: library -> patient -> the value of "Results".
import cql from "cql-execution";
import fhir from "cql-exec-fhir";
import { folders } from "./inputs.mjs";

const moment = (text, ...clock) => new cql.DateTime(...text.split("-").map(Number), ...clock, 0);
const source = fhir.PatientSource.FHIRv401();

for (const folder of folders) {
  const { plan } = folder;
  const bundles = folder.people();
  const expansions = {};
  for (const set of folder.valueSets(bundles)) {
    expansions[set.url] = {
      [set.version]: set.expansion.contains.map(({ system, code }) => ({ system, code })),
    };
  }
  const elm = Object.fromEntries(
    plan.libraries.map((name) => [name, folder.json(`${name}.elm.json`)]),
  );
  const parameters = {
    "Measurement Period": new cql.Interval(
      moment(plan.period[0], 0, 0, 0, 0), moment(plan.period[1], 23, 59, 59, 999),
    ),
  };
  const repository = new cql.Repository(elm);
  const codeService = new cql.CodeService(expansions);
  const results = {};
  for (const name of plan.run) {
    const library = new cql.Library(elm[name], repository);
    const executor = new cql.Executor(library, codeService, parameters);
    source.loadBundles(bundles);
    const found = await executor.exec_expression("Results", source);
    source.reset();
    results[name] = Object.fromEntries(
      Object.entries(found.patientResults).map(([id, values]) => [id, values.Results]),
    );
  }
  folder.write("results.cql-execution.json", results);
}
