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

const managers = new Map(); // by the text of all libraries but that of the extract
function translated(folder) {
  const texts = Object.fromEntries(
    folder.plan.libraries.map((name) => [name, folder.read(`${name}.cql`)]),
  );
  const key = Object.entries(texts).filter(([name]) => name !== EXTRACT).flat().join("\n");
  if (!managers.has(key)) {
    const manager = new LibraryManager(modelManager, undefined, undefined, units);
    manager.librarySourceLoader.registerProvider(createLibrarySourceProvider(
      (id) => (texts[id] === undefined ? null : stringAsSource(texts[id])),
    ));
    const elms = new Map();
    for (const name of folder.plan.run) {
      const translator = CqlTranslator.fromText(texts[name], manager);
      elms.set(name, JSON.parse(translator.toJson()));
      for (const included of translator.libraries.asJsReadonlyMapView().values()) {
        const { id } = included.identifier;
        if (!elms.has(id)) elms.set(id, JSON.parse(CqlTranslator.convertToJson(included)));
      }
    }
    managers.set(key, { manager, elms });
  }
  const { manager, elms } = managers.get(key);
  const extract = JSON.parse(CqlTranslator.fromText(texts[EXTRACT], manager).toJson());
  return new Map([...elms, [EXTRACT, extract]]);
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
