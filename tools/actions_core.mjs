// Records what GitHub's own toolkit writes and reads, as the judge of lambda_ci/ci/github.py and lambda_ci/inputs.
//
//     npm install --no-save @actions/core@3.0.1
//     node tools/actions_core.mjs > tests/unit/ci/actions_core.json
//
// The tests read the recorded file, so that they need neither Node.js nor a network.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const resolve = createRequire(join(process.cwd(), "package.json")).resolve;
let core;
try {
  core = await import(pathToFileURL(resolve("@actions/core")).href);
} catch {
  core = await import(pathToFileURL(join(process.cwd(), "node_modules/@actions/core/lib/core.js")).href);
}

const TEXTS = [
  "",
  "plain",
  "100%",
  "%0A and %25",
  "multi\nline",
  "carriage\r\nreturn\ralone",
  "a:b,c;d=e]f",
  "::error::pwned",
  "##[add-path]/tmp",
  "::stop-commands::x",
  "tab\tand \u2028 separator",
  "umlaut ü, emoji 🐍",
  "  spaces around  ",
  "trailing\n",
];
const WORDS = ["true", "True", "TRUE", "false", "False", "FALSE", "yes", "no", "on", "off", "1", "0", "tRUE", " true ", ""];
const NAMES = ["function-name", "s3-key", "Dry-Run", "with space", "a_b"];

function printed(act) {
  const chunks = [];
  const write = process.stdout.write;
  process.stdout.write = (chunk) => (chunks.push(String(chunk)), true);
  try {
    act();
  } finally {
    process.stdout.write = write;
  }
  return chunks.join("");
}

function assigned(text) {
  const file = join(mkdtempSync(join(tmpdir(), "core-")), "output");
  writeFileSync(file, "");
  process.env.GITHUB_OUTPUT = file;
  core.setOutput("name", text);
  return readFileSync(file, "utf8").replace(/ghadelimiter_[0-9a-f-]{36}(?=\n)/g, "DELIMITER");
}

function boolean(word) {
  process.env.INPUT_FLAG = word;
  try {
    return core.getBooleanInput("flag");
  } catch {
    return null;
  }
}

function variable(name) {
  const before = new Set(Object.keys(process.env));
  for (const candidate of [name, name.toUpperCase(), name.replace(/ /g, "_").toUpperCase(), name.replace(/[ -]/g, "_").toUpperCase()]) {
    process.env[`INPUT_${candidate}`] = candidate;
  }
  const found = core.getInput(name);
  for (const key of Object.keys(process.env)) if (!before.has(key)) delete process.env[key];
  return `INPUT_${found}`;
}

const place = { title: "lambda-ci", file: "a b,c:d%.yml", startLine: 3, startColumn: 7 };
process.stdout.write(
  JSON.stringify(
    {
      toolkit: "@actions/core 3.0.1",
      texts: TEXTS.map((text) => ({
        text,
        error: printed(() => core.error(text, place)),
        warning: printed(() => core.warning(text, { title: "lambda-ci" })),
        group: printed(() => core.startGroup(text)),
        mask: printed(() => core.setSecret(text)),
        output: assigned(text),
      })),
      "end-group": printed(() => core.endGroup()),
      booleans: Object.fromEntries(WORDS.map((word) => [word, boolean(word)])),
      variables: Object.fromEntries(NAMES.map((name) => [name, variable(name)])),
    },
    null,
    1,
  ) + "\n",
);
