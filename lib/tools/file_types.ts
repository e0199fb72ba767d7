import { compileRules, type PathRules } from "./path_rules.ts";
import { pathError } from "./path_error.ts";

const C = "*.{c,h,C,H,cats}";
const CPP = "*.{cc,cpp,cxx,C,hh,hpp,hxx,h,H,inl}";
const SHELL_START_FILES = ".{bash_login,bash_logout,bash_profile,bashrc,profile,zlogin,zlogout," +
  "zprofile,zshenv,zshrc,cshrc,kshrc,tcshrc,login,logout}";

/** What a file of each type is called: the common part of the types that ripgrep knows. */
const GLOBS: Readonly<Record<string, readonly string[]>> = {
  asm: ["*.{asm,s,S}"],
  bazel: ["*.{bazel,bazelrc,bzl,BUILD}", "BUILD", "WORKSPACE"],
  c: [C],
  clojure: ["*.{clj,cljc,cljs,cljx}"],
  cmake: ["*.cmake", "CMakeLists.txt"],
  config: ["*.{cfg,conf,config,ini}"],
  cpp: [CPP],
  cs: ["*.cs"],
  csharp: ["*.cs"],
  css: ["*.{css,scss}"],
  csv: ["*.csv"],
  dart: ["*.dart"],
  diff: ["*.{diff,patch}"],
  docker: ["*Dockerfile*"],
  elixir: ["*.{ex,exs,eex,heex,leex,livemd}"],
  elm: ["*.elm"],
  erlang: ["*.{erl,hrl}"],
  fish: ["*.fish"],
  fsharp: ["*.{fs,fsi,fsx}"],
  go: ["*.go"],
  gradle: ["*.{gradle,gradle.kts}", "gradle.properties", "gradlew*"],
  graphql: ["*.{graphql,graphqls}"],
  groovy: ["*.{groovy,gradle}"],
  h: ["*.{h,hh,hpp}"],
  haskell: ["*.{hs,lhs,hsc,c2hs,cpphs}"],
  html: ["*.{htm,html,ejs}"],
  java: ["*.{java,jsp,jspx,properties}"],
  jinja: ["*.{j2,jinja,jinja2}"],
  js: ["*.{js,jsx,cjs,mjs,vue}"],
  json: ["*.json", "composer.lock"],
  jsonl: ["*.jsonl"],
  julia: ["*.jl"],
  kotlin: ["*.{kt,kts}"],
  less: ["*.less"],
  lisp: ["*.{el,jl,lisp,lsp,sc,scm}"],
  lock: ["*.lock", "package-lock.json"],
  log: ["*.log"],
  lua: ["*.lua"],
  make: ["*.{mk,mak}", "[Mm]akefile", "[Mm]akefile.{am,in}", "[Gg][Nn][Uu]makefile"],
  markdown: ["*.{md,mdx,markdown,mdown,mkd,mkdn}"],
  md: ["*.{md,mdx,markdown,mdown,mkd,mkdn}"],
  nim: ["*.{nim,nimble,nimf,nims}"],
  nix: ["*.nix"],
  objc: ["*.{h,m}"],
  ocaml: ["*.{ml,mli,mll,mly}"],
  org: ["*.{org,org_archive}"],
  perl: ["*.{pl,pm,t,perl,PL,plh,plx}"],
  php: ["*.{php,php3,php4,php5,php7,php8,phtml,pht}"],
  protobuf: ["*.proto"],
  ps: ["*.{ps1,psm1,psd1,cdxml,ps1xml}"],
  py: ["*.{py,pyi}"],
  python: ["*.{py,pyi}"],
  r: ["*.{r,R,Rmd,rmd,Rnw,rnw}"],
  rst: ["*.rst"],
  ruby: ["*.{rb,rbw,gemspec}", "config.ru", "Gemfile", "Rakefile", ".irbrc"],
  rust: ["*.rs"],
  sass: ["*.{sass,scss}"],
  scala: ["*.{scala,sbt}"],
  sh: ["*.{sh,bash,zsh,ksh,csh,tcsh}", SHELL_START_FILES],
  sql: ["*.{sql,psql}"],
  svelte: ["*.{svelte,svelte.ts}"],
  svg: ["*.svg"],
  swift: ["*.swift"],
  tcl: ["*.tcl"],
  tex: ["*.{tex,ltx,cls,sty,bib,dtx,ins}"],
  tf: ["*.{tf,tfvars,tf.json,tfvars.json,terraformrc}", "terraform.rc", "*.auto.tfvars"],
  thrift: ["*.thrift"],
  toml: ["*.toml", "Cargo.lock"],
  ts: ["*.{ts,tsx,cts,mts}"],
  txt: ["*.txt"],
  typescript: ["*.{ts,tsx,cts,mts}"],
  verilog: ["*.{v,vh,sv,svh}"],
  vhdl: ["*.{vhd,vhdl}"],
  vim: ["*.{vim,vimrc}", ".vimrc", "vimrc"],
  vue: ["*.vue"],
  xml: ["*.{xml,xml.dist,dtd,xsl,xslt,xsd,xjb,rng,sch,xhtml}"],
  yaml: ["*.{yaml,yml}"],
  zig: ["*.zig"],
  zsh: ["*.zsh", ".{zlogin,zlogout,zprofile,zshenv,zshrc}"],
};

/**
 * Lists the files of a type.
 *
 * @throws {ToolError} for a type that is not known.
 */
export function fileType(name: string): PathRules {
  const globs = Object.hasOwn(GLOBS, name) ? GLOBS[name] : undefined;
  if (globs === undefined) {
    throw pathError.badArgument(`invalid type ${name}: unrecognized file type; use glob instead`);
  }
  return compileRules(globs);
}
