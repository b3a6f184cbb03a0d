// A folder that a deck was written to, as the scripts read it.
import fs from "node:fs";
import path from "node:path";

export class Folder {
  constructor(name) {
    this.name = name;
    this.plan = this.json("run.json");
  }

  read(name) { return fs.readFileSync(path.join(this.name, name), "utf8"); }

  json(name) { return JSON.parse(this.read(name)); }

  write(name, value) { fs.writeFileSync(path.join(this.name, name), JSON.stringify(value)); }

  people() {
    return this.read("people.ndjson").split("\n").filter((line) => line)
      .map((line) => JSON.parse(line));
  }

  // Codes that nobody has cannot match; without them an expansion of thousands is looked up faster.
  valueSets(bundles) {
    const used = new Set();
    const collect = (value) => {
      if (Array.isArray(value)) value.forEach(collect);
      else if (value && typeof value === "object") {
        if (value.system && value.code) used.add(`${value.system}|${value.code}`);
        Object.values(value).forEach(collect);
      }
    };
    collect(bundles);
    const names = fs.readdirSync(this.name).filter((name) => name.startsWith("ValueSet-"));
    return names.map((name) => {
      const set = this.json(name);
      set.expansion.contains = (set.expansion.contains ?? [])
        .filter(({ system, code }) => used.has(`${system}|${code}`));
      return set;
    });
  }
}

export const folders = process.argv.slice(2).map((name) => new Folder(name));
