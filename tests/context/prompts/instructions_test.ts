import { loadInstructions, plainInstructions, PromptError } from "../../../lib/context/mod.ts";
import { equal, match, ok, rejects, throws } from "../../support/assert.ts";
import { NOT_UTF8, PromptFiles, VARIABLES } from "./prompt_files.ts";

const NO_LIBRARIES = { user: null, workspace: null };

/** What a template of the user's makes of the variables. */
async function rendered(source: string, files: Record<string, string> = {}): Promise<string> {
  using prompts = new PromptFiles({ "user/body.md": source, ...files });
  return (await loadInstructions("$user/body", prompts.libraries))(VARIABLES);
}

Deno.test("40.12-2 an include counts from the prompt that it stands in, unless it has a prefix", async () => {
  const prompt = await rendered(
    '{% include "sibling" %}|{% include "common/header" %}|{% include "$workspace/common/nested" %}',
    {
      "user/sibling.md": "sibling",
      "user/nested.md": "wrong one",
      "user/common/header.md": 'header {% include "nested" %}',
      "user/common/nested.md": "nested",
      "workspace/common/nested.md": "project's",
    },
  );
  equal(prompt, "sibling|header nested|project's");
});

Deno.test("40.12-2 an include of $pod/ takes the built-in prompt, with the variables as they are there", async () => {
  const prompt = await rendered(
    '{% assign language = "Latin" %}{% include "$pod/common/tool-usage" %}\n{% include "$pod/common/language" %}',
    { "user/common/tool-usage.md": "wrong one" },
  );
  match(prompt, /^## Tools\n\n- /);
  match(prompt, /`language`: `Latin`/);
});

Deno.test("40.12-2 there is no way from one library to another, nor past a missing prompt", async () => {
  using prompts = new PromptFiles({ "user/x.md": "x" });
  await rejects(
    loadInstructions("$workspace/x", prompts.libraries),
    /prompt asset not found: '\$workspace\/x'/,
  );
  await rejects(
    loadInstructions("$user/default", prompts.libraries),
    /prompt asset not found: '\$user\/default' \(it would be .*\/user\/default\.md\)/,
  );
});

Deno.test("40.12-3 a variable that is not there fails each rendering, never the loading", async () => {
  using prompts = new PromptFiles({ "user/body.md": "{{ ghost }}" });
  const instructions = await loadInstructions("$user/body", prompts.libraries);
  for (const _run of [1, 2]) {
    throws(
      () => instructions(VARIABLES),
      /^PromptError: system prompt template render error: undefined variable: ghost, line:1, col:4, file:\$user\/body/,
    );
  }
});

/** References that cannot be loaded, and what is said of them. */
const BROKEN: readonly (readonly [raw: string, says: RegExp])[] = [
  ["", /invalid prompt reference '': reference must not be empty/],
  ["  ", /invalid prompt reference ' {2}': reference must not be empty/],
  ["$user", /invalid prompt reference '\$user': prefix must be followed by '\/'/],
  ["$user/", /invalid prompt reference '\$user\/': path component must not be empty/],
  ["$user//", /path component must not be empty/],
  ["$user/../x", /path must not contain '\.' or '\.\.' segments/],
  ["$user/a/./x", /path must not contain '\.' or '\.\.' segments/],
  ["../x", /path must not contain '\.' or '\.\.' segments/],
  ["$bogus/x", /unknown prompt prefix '\$bogus' in reference '\$bogus\/x'/],
  ["default", /unqualified prompt reference 'default' requires a current prefix \(include it/],
  ["$pod/none", /prompt asset not found: '\$pod\/none' .*common\/language/],
  ["$pod/constructor", /prompt asset not found: '\$pod\/constructor'/],
  ["$user/none", /prompt asset not found: '\$user\/none'/],
  ["$user/binary", /failed to read prompt asset '\$user\/binary': not valid UTF-8/],
  ["$user/folder", /failed to read prompt asset '\$user\/folder': it is not a regular file/],
  ["$user/pipe", /failed to read prompt asset '\$user\/pipe': it is not a regular file/],
  ["$user/endless", /failed to read prompt asset '\$user\/endless': it is not a regular file/],
  ["$user/huge", /failed to read .*: it has 419430400 bytes, and at most 262144 can be used/],
];

for (const [raw, says] of BROKEN) {
  Deno.test(`40.12-4 instructions that are not there: \`${raw}\``, async () => {
    using prompts = new PromptFiles({
      "user/binary.md": NOT_UTF8,
      "user/folder.md/x": "",
      "user/huge.md": "",
    });
    const { user } = prompts.libraries;
    await new Deno.Command("mkfifo", { args: [`${user}/pipe.md`] }).output();
    await Deno.symlink("/dev/zero", `${user}/endless.md`);
    await Deno.truncate(`${user}/huge.md`, 400 * 1024 * 1024);
    const start =
      "^PromptError: invalid system prompt template: failed to resolve instruction reference: ";
    await rejects(
      loadInstructions(raw, prompts.libraries),
      new RegExp(`${start}(?=.*${says.source})`),
    );
  });
}

Deno.test("40.12-4 a library without a directory is not configured", async () => {
  for (const prefix of ["$user", "$workspace"]) {
    await rejects(
      loadInstructions(`${prefix}/x`, NO_LIBRARIES),
      new RegExp(`prompt prefix '\\${prefix}' is not configured for this loader \\(.* has no`),
    );
  }
});

Deno.test("40.12-4 a mistake in the syntax is found when the template is loaded, with its place", async () => {
  for (
    const [source, says] of [
      ["one\n{{ unclosed", /"\{\{ unclosed" not closed, file:\$user\/body, line:2, col:1/],
      ["{% nonsense %}", /tag "nonsense" not found, .*line:1/],
      ["{% if language %}", /not closed/],
      ["{{ cwd | shout }}", /undefined filter: shout/],
      ['{% layout "x" %}', /tag "layout" not found/],
      ['{% render "x" %}', /tag "render" not found/],
      ["{% include %}", /include needs a prompt reference/],
    ] as const
  ) {
    await rejects(
      rendered(source),
      new RegExp(
        `^PromptError: invalid system prompt template: system prompt template parse error: (?=.*${says.source})`,
      ),
    );
  }
});

Deno.test("40.1.2 spaces around a reference and slashes around its path do not count", async () => {
  using prompts = new PromptFiles({ "user/deep/body.md": "BODY" });
  for (const raw of [" $user/deep/body\n", "$user//deep/body", "$user/deep/body/"]) {
    equal((await loadInstructions(raw, prompts.libraries))(VARIABLES), "BODY");
  }
});

Deno.test("40.1.3 templates: loops, conditions, filters; nothing is escaped, one last newline is dropped", async () => {
  equal(
    await rendered(
      '{{ tools | join: ", " }} {% if cwd contains "ada" %}&<yes>{% endif %}' +
        "{% for tool in tools %}{{ tool | slice: 0 }}{% endfor %} {{ '{{' }}{{ \"&<'\" }}\n\n",
    ),
    "Bash, Edit, Glob, Grep, Read, Write &<yes>BEGGRW {{&<'\n",
  );
});

Deno.test("40.1.3 only a test or a default may touch a variable that is not there", async () => {
  equal(
    await rendered('{% if ghost %}no{% else %}none{% endif %} {{ ghost | default: "x" }}'),
    "none x",
  );
  await rejects(rendered("{% for g in ghost %}{% endfor %}"), /undefined variable: ghost/);
  await rejects(rendered("{{ tools.constructor }}"), /undefined variable: tools\.constructor/);
});

Deno.test("40.1.3 an included prompt is found late, sees the same variables and loses its last newline", async () => {
  using prompts = new PromptFiles({
    "user/body.md": '{% assign who = "Ada" %}[{% include "late" %}][{% include "late" %}]',
  });
  const instructions = await loadInstructions("$user/body", prompts.libraries);
  throws(
    () => instructions(VARIABLES),
    /^PromptError: system prompt template render error: prompt asset not found: '\$user\/late' .*file:\$user\/body, line:1/,
  );
  prompts.write("user/late.md", "{{ who }} in {{ cwd }}\r\n");
  equal(instructions(VARIABLES), "[Ada in /home/ada/project][Ada in /home/ada/project]");
  prompts.write("user/late.md", "{{ ghost }}");
  throws(
    () => instructions(VARIABLES),
    /: undefined variable: ghost, line:1, col:4, file:\$user\/late \(there are: date, time, datetime, cwd, language, tools\)$/,
  );
  prompts.write("user/late.md", "{{ broken");
  throws(() => instructions(VARIABLES), /render error: .*not closed, file:\$user\/late/);
});

Deno.test("40.1.3 a template that includes itself, or never ends, fails instead of hanging", async () => {
  const files = { "user/a.md": '{% include "b" %}', "user/b.md": '{% include "a" %}' };
  await rejects(rendered('{% include "body" %}'), /'\$user\/body' includes itself/);
  await rejects(rendered('{% include "a" %}', files), /'\$user\/a' includes itself/);
  await rejects(rendered("{% for i in (1..1000000000) %}x{% endfor %}"), /limit exceeded/);
});

Deno.test("40.1.4 the variables, and nothing else", async () => {
  equal(
    await rendered(
      "{{ date }} {{ time }} {{ datetime }} {{ cwd }} {{ language }} {{ tools.size }}",
    ),
    "2026-04-15 09:30:00 2026-04-15T09:30:00Z /home/ada/project Esperanto 6",
  );
  for (const name of ["scope", "files", "agents_md"]) {
    await rejects(rendered(`{{ ${name} }}`), new RegExp(`undefined variable: ${name}`));
  }
});

Deno.test("instructions that are plain text are no template, and are completed with the facts", () => {
  const prompt = plainInstructions("Say {{ this }}.\n\n")(VARIABLES);
  ok(prompt.startsWith("Say {{ this }}.\n\n## Environment\n\n"), prompt);
  match(prompt, /\/home\/ada\/project\n[^#]*2026-04-15/);
  match(prompt, /## Language\n\n`language`: `Esperanto`\n/);
});

Deno.test("what goes wrong with a prompt is an error for people, not for programmers", async () => {
  await rejects(loadInstructions("$pod/none", NO_LIBRARIES), (error) => {
    ok(error instanceof PromptError);
    equal(error.code, "prompt");
    return true;
  });
});
