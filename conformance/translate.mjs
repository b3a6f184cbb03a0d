// Translates the CQL libraries of folders with the translator of cqframework.
//
// node translate.mjs FOLDER...: reads run.json and *.cql of each, writes *.elm.json, and as
// annotations.json what the translator had to say: a list of {library, line, severity, message}.
// Libraries that say the same in several folders are translated once.
import fs from "node:fs";
import path from "node:path";
import {
  CqlTranslator, LibraryManager, ModelManager, createLibrarySourceProvider,
  createModelInfoProvider, createUcumService, stringAsSource,
} from "@cqframework/cql/cql-to-elm";
import { folders } from "./inputs.mjs";

const EXTRACT = "SpinewiseExtract"; // the one library that differs from extract to extract
const here = import.meta.dirname;
const model = (...parts) => stringAsSource(fs.readFileSync(path.join(here, ...parts), "utf8"));
const models = {
  System: () => model("modelinfo", "system.xml"),
  FHIR: () => model("node_modules/cql-exec-fhir/lib/modelInfos/fhir-modelinfo-4.0.1.xml"),
};
const modelManager = new ModelManager();
modelManager.modelInfoLoader.registerModelInfoProvider(
  createModelInfoProvider((id) => models[id]?.() ?? null),
);
// Days and months are all the units that are used; nothing has to be converted.
const units = createUcumService(() => { throw new Error("no unit is converted"); }, () => null);

const managers = new Map(); // by the text of the libraries that are shared, but the extract's
function translated(folder) {
  const { libraries, run } = folder.plan;
  const texts = Object.fromEntries(libraries.map((name) => [name, folder.read(`${name}.cql`)]));
  const shared = libraries.filter((name) => !run.includes(name) && name !== EXTRACT);
  const key = shared.map((name) => texts[name]).join("\n");
  if (!managers.has(key)) {
    const manager = new LibraryManager(modelManager, undefined, undefined, units);
    manager.librarySourceLoader.registerProvider(createLibrarySourceProvider(
      (id) => (texts[id] === undefined ? null : stringAsSource(texts[id])),
    ));
    managers.set(key, { manager, elms: new Map() });
  }
  const { manager, elms } = managers.get(key); // elms: by text
  const found = new Map();
  for (const name of [EXTRACT, ...run]) {
    if (!elms.has(texts[name])) {
      const translator = CqlTranslator.fromText(texts[name], manager);
      elms.set(texts[name], JSON.parse(translator.toJson()));
      for (const included of translator.libraries.asJsReadonlyMapView().values()) {
        const { id } = included.identifier;
        if (id !== EXTRACT && !elms.has(texts[id])) {
          elms.set(texts[id], JSON.parse(CqlTranslator.convertToJson(included)));
        }
      }
    }
    found.set(name, elms.get(texts[name]));
  }
  for (const name of shared) found.set(name, elms.get(texts[name]));
  return found;
}

for (const folder of folders) {
  const said = [];
  for (const [name, elm] of translated(folder)) {
    for (const note of elm.library.annotation ?? []) {
      if (note.type === "CqlToElmError" && (note.libraryId ?? name) === name) {
        said.push({
          library: name, line: note.startLine, severity: note.errorSeverity,
          message: note.message,
        });
      }
    }
    folder.write(`${name}.elm.json`, elm);
  }
  folder.write("annotations.json", said);
}
