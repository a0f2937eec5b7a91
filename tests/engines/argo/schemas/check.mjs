// Reads a JSON list of files, each a list of objects, and writes what the schemas say of each file.
//
//     node check.mjs FOLDER      where npm has installed the package
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const models = `${process.argv[2]}/node_modules/@kubernetes-models/argo-workflows/argoproj.io/v1alpha1`;
const kinds = {};
for (const kind of ["WorkflowTemplate", "CronWorkflow"]) {
  kinds[kind] = (await import(pathToFileURL(`${models}/${kind}.js`)))[kind];
}

function problem(object) {
  try {
    new kinds[object.kind](object).validate();
    return null;
  } catch (error) {
    return error.message;
  }
}

const files = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(files.map((file) => file.map(problem).filter(Boolean))));
