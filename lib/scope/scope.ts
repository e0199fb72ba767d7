import type { Permission, ScopeRule } from "../protocol/mod.ts";
import { ScopeError } from "./error.ts";
import { effectivePermission } from "./geometry.ts";
import { type RealPath, resolvePath } from "./path.ts";

/** The rules of a scope: what is granted, and what is taken away from that again. */
export interface ScopeRules {
  readonly allow: readonly ScopeRule[];
  readonly deny: readonly ScopeRule[];
}

/** A deny rule; `written` is its target before it was resolved. */
interface DenyRule {
  readonly rule: ScopeRule;
  readonly written: string;
}

/**
 * The set of paths that the file tools may touch (spec 50 §2). A value: every change gives a new
 * scope. Targets are resolved when their rule is added. What is granted stays with the place that
 * was meant then, whatever is put there later. Denied targets are resolved again at every check, so
 * that a link which appears or moves after the start does not slip past its rule.
 */
export class Scope {
  readonly #allow: readonly ScopeRule[];
  readonly #deny: readonly DenyRule[];
  readonly #realPath: RealPath;

  private constructor(allow: readonly ScopeRule[], deny: readonly DenyRule[], realPath: RealPath) {
    this.#allow = allow;
    this.#deny = deny;
    this.#realPath = realPath;
  }

  /** @throws {ScopeError} without any allow rule, or for a target that cannot be resolved. */
  static create(rules: ScopeRules, realPath: RealPath): Scope {
    if (rules.allow.length === 0) {
      const message = "scope must declare at least one [[scope.allow]] rule";
      throw new ScopeError("no_allow_rule", message);
    }
    return new Scope([], [], realPath).withAllow(rules.allow).withDeny(rules.deny);
  }

  /** The rules with resolved targets, the form that is logged and restored. */
  get rules(): ScopeRules {
    return { allow: this.#allow, deny: this.#deny.map(({ rule }) => rule) };
  }

  /** Where a path leads, in the form that rules are compared with; null: no access (spec 50 §2.3). */
  resolve(path: string): string | null {
    return resolvePath(path, this.#realPath);
  }

  /** What may be done with an absolute path that may have links in it and need not exist. */
  permission(path: string): Permission | null {
    const resolved = this.resolve(path);
    return resolved === null ? null : this.snapshot()(resolved);
  }

  canRead(path: string): boolean {
    return this.permission(path) !== null;
  }

  canWrite(path: string): boolean {
    return this.permission(path) === "write";
  }

  /**
   * The same question for paths that are canonical already, with deny targets resolved once, now.
   * For tools that walk a tree.
   */
  snapshot(): (canonicalPath: string) => Permission | null {
    const deny = this.#deny.flatMap((denied) => this.#targetsNow(denied));
    return (canonicalPath) => effectivePermission(this.#allow, deny, canonicalPath);
  }

  /** The boundaries in words, for the system prompt and the greeting (spec 50 §2.6). */
  summary(): string {
    const writable = this.#allow.filter((rule) => rule.permission === "write");
    return [...listTargets("Readable:", this.#allow), ...listTargets("Writable:", writable)].join(
      "\n",
    );
  }

  /** @throws {ScopeError} for a target that cannot be resolved. */
  withAllow(rules: readonly ScopeRule[]): Scope {
    const added = rules.map((rule) => this.#resolveTarget(rule));
    const distinct = [...this.#allow, ...added].filter((rule, index, all) =>
      all.findIndex((other) => isSameRule(other, rule)) === index
    );
    return new Scope(distinct, this.#deny, this.#realPath);
  }

  /**
   * Adds one layer per rule, equal ones too.
   *
   * @throws {ScopeError} for a target that cannot be resolved.
   */
  withDeny(rules: readonly ScopeRule[]): Scope {
    const added = rules.map((rule) => ({ rule: this.#resolveTarget(rule), written: rule.target }));
    return new Scope(this.#allow, [...this.#deny, ...added], this.#realPath);
  }

  /** Takes one equal layer away per rule; rules that are not there are ignored. */
  withoutDeny(rules: readonly ScopeRule[]): Scope {
    const deny = [...this.#deny];
    for (const rule of rules) {
      const target = this.resolve(rule.target) ?? rule.target;
      const index = deny.findIndex((layer) => isSameRule(layer.rule, { ...rule, target }));
      if (index >= 0) deny.splice(index, 1);
    }
    return new Scope(this.#allow, deny, this.#realPath);
  }

  #resolveTarget(rule: ScopeRule): ScopeRule {
    const { target, permission, recursive } = rule;
    if (!target.startsWith("/")) {
      throw new ScopeError("relative_target", `scope target must be absolute: ${target}`);
    }
    const resolved = this.resolve(target);
    if (resolved === null) {
      const message = `failed to resolve scope target ${target}: could not absolutize target`;
      throw new ScopeError("unresolvable_target", message);
    }
    return { target: resolved, permission, recursive };
  }

  /** A deny rule as it was meant, and once more for where its target leads at this moment. */
  #targetsNow({ rule, written }: DenyRule): ScopeRule[] {
    const target = this.resolve(written);
    return target === null || target === rule.target ? [rule] : [rule, { ...rule, target }];
  }
}

function isSameRule(a: ScopeRule, b: ScopeRule): boolean {
  return a.target === b.target && a.permission === b.permission && a.recursive === b.recursive;
}

function listTargets(heading: string, rules: readonly ScopeRule[]): string[] {
  if (rules.length === 0) return [];
  return [
    heading,
    ...rules.map(({ target, recursive }) => `  - ${target}${recursive ? "" : " [non-recursive]"}`),
  ];
}
