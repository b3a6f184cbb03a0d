// Translates the CQL libraries of a folder with the translator of cqframework.
//
// node translate.mjs FOLDER: reads FOLDER/run.json and FOLDER/*.cql, writes FOLDER/*.elm.json, and as
// FOLDER/annotations.json what the translator had to say: {library, line, severity, message}.
import fs from "node:fs";
import path from "node:path";
import {
  CqlTranslator, LibraryManager, ModelManager, createLibrarySourceProvider,
  createModelInfoProvider, createUcumService, stringAsSource,
} from "@cqframework/cql/cql-to-elm";

const here = import.meta.dirname;
const folder = process.argv[2];
const read = (...parts) => fs.readFileSync(path.join(...parts), "utf8");
const models = {
  System: read(here, "modelinfo", "system.xml"),
  FHIR: read(here, "node_modules/cql-exec-fhir/lib/modelInfos/fhir-modelinfo-4.0.1.xml"),
};

const modelManager = new ModelManager();
modelManager.modelInfoLoader.registerModelInfoProvider(
  createModelInfoProvider((id) => (models[id] ? stringAsSource(models[id]) : null)),
);
// Days and months are all the units that are used; nothing has to be converted.
const units = createUcumService(() => { throw new Error("no unit is converted"); }, () => null);
const libraries = new LibraryManager(modelManager, undefined, undefined, units);
libraries.librarySourceLoader.registerProvider(createLibrarySourceProvider((id) => {
  const file = path.join(folder, `${id}.cql`);
  return fs.existsSync(file) ? stringAsSource(fs.readFileSync(file, "utf8")) : null;
}));

// A library is translated with those that it includes, so each is translated once.
const elms = new Map();
const keep = (library) => elms.set(library.library.identifier.id, library);
const { run } = JSON.parse(read(folder, "run.json"));
for (const name of run) {
  const translator = CqlTranslator.fromText(read(folder, `${name}.cql`), libraries);
  keep(JSON.parse(translator.toJson()));
  for (const included of translator.libraries.asJsReadonlyMapView().values()) {
    const id = included.identifier.id;
    if (!elms.has(id)) keep(JSON.parse(CqlTranslator.convertToJson(included)));
  }
}

const said = [];
for (const [name, elm] of elms) {
  for (const note of elm.library.annotation ?? []) {
    if (note.type === "CqlToElmError" && (note.libraryId ?? name) === name) {
      said.push({
        library: name, line: note.startLine, severity: note.errorSeverity, message: note.message,
      });
    }
  }
  fs.writeFileSync(path.join(folder, `${name}.elm.json`), JSON.stringify(elm));
}
fs.writeFileSync(path.join(folder, "annotations.json"), JSON.stringify(said, null, 1));
