// Types of the JavaScript SDK. Those of the WIT itself are in types/, generated from it.
export type Kind = "dataset" | "deepchecks" | "model_checkpoint" | "training";
export type Severity = "low" | "medium" | "high";
export type Scalar = boolean | number | string;
export interface Source { artifact: Kind; pointer: string }
export declare const KINDS: Kind[];
export declare class PluginError extends Error {
  constructor(kind: string, message: string);
  readonly kind: string;
  readonly text: string;
}
export declare function pointer(...parts: (string | number)[]): string;
export declare class Finding {
  constructor(code: string, severity: Severity, confidence: number,
    told: { description: string; evidence: string; extras?: object });
  fact(label: string, value: Scalar, source: Source): this;
  computed(label: string, value: Scalar): this;
  readonly code: string;
  readonly severity: Severity;
}
export declare class Report {
  constructor(summary: string, extras?: object);
  add(finding: Finding, advice: { action: string; rationale?: string; confidence?: number; citations?: string[] }): void;
  readonly analyses: { finding: Finding }[];
}
export declare class Table {
  readonly rows: number;
  numbers(column: string): Float64Array;
  texts(column: string): (string | undefined)[];
  cell(column: string, row: number): Source;
  statistic(column: string, name: string): Source;
}
export declare class Context {
  readonly settings: any;
  read(kind: Kind, at?: string): any;
  table(kind: Kind, name: string): Table;
  source(kind: Kind, ...parts: (string | number)[]): Source;
  search(text: string, only?: { domain?: string; code?: string; limit?: number }): any[];
  log(message: string, level?: string, fields?: object): void;
}
export interface Plugin {
  name: string; version: string; summary: string; codes: string[];
  requires?: Kind[]; reads?: Kind[]; wants?: string[]; needs?: string[];
  settingsSchema?: object; secrets?: string[];
  analyze(cx: Context): Report;
}
export declare function definePlugin(plugin: Plugin, host: unknown): {
  analyze: { describe(): object; analyze(request: object): object };
  run(host: unknown, request: object): Report;
};
export declare class FakeHost {
  constructor(request: object, more?: { passages?: object[]; secrets?: Record<string, string> });
  readonly logs: [string, string, [string, string][]][];
}
