// Calculates the Measures of folders with fqm-execution.
//
// node fqm.mjs FOLDER...: reads what execute.mjs reads and Measure-*.json and Library-*.json, writes
// results.fqm-execution.json: measure -> patient -> unit -> group -> its populations. A unit is the
// id of the record that stands for it, or "" where people are counted.
import { Calculator } from "fqm-execution";
import { folders } from "./inputs.mjs";

const populations = (results) =>
  results.filter(({ result }) => result).map(({ populationType }) => populationType).sort();

for (const folder of folders) {
  const { plan } = folder;
  const bundles = folder.people();
  const sets = folder.valueSets(bundles);
  const libraries = Object.fromEntries(plan.libraries.map((name) => {
    const library = folder.json(`Library-${name}.json`);
    const elm = JSON.stringify(folder.json(`${name}.elm.json`));
    library.content.push({
      contentType: "application/elm+json", data: Buffer.from(elm).toString("base64"),
    });
    return [name, library];
  }));
  const shared = plan.libraries.filter((name) => !plan.run.includes(name));
  const found = {};
  for (const [number, id] of plan.measures.entries()) {
    const resources = [
      folder.json(`Measure-${id}.json`), libraries[plan.run[number]],
      ...shared.map((name) => libraries[name]), ...sets,
    ];
    const measure = {
      resourceType: "Bundle", type: "collection",
      entry: resources.map((resource) => ({ resource })),
    };
    const { results } = await Calculator.calculate(measure, bundles, {
      measurementPeriodStart: plan.period[0],
      measurementPeriodEnd: plan.period[1],
      calculateHTML: false,
      calculateSDEs: false,
      calculateClauseCoverage: false,
    });
    const patients = (found[id] = {});
    for (const { patientId, detailedResults } of results) {
      const units = (patients[patientId] = {});
      for (const { groupId, populationResults, episodeResults } of detailedResults) {
        const parts = episodeResults ?? [{ episodeId: "", populationResults }];
        for (const { episodeId, populationResults: own } of parts) {
          (units[episodeId] ??= {})[groupId] = populations(own);
        }
      }
    }
  }
  folder.write("results.fqm-execution.json", found);
}
