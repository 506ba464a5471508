// Types of the JavaScript SDK. Those of the WIT itself are in types/, generated from it.
/// <reference path="./types/analyzer.d.ts" />
import type { Column, ColumnSummary } from "deepfix:analysis/artifacts@0.1.1";
import type { Passage, Query } from "deepfix:analysis/knowledge@0.1.1";
import type { Completion as WitCompletion, CompletionRequest, Message } from "deepfix:analysis/llm@0.1.1";
import type { Level } from "deepfix:analysis/logging@0.1.1";
import type { Capability, Description, Error as WitError, Report as WitReport, Request, Severity } from "deepfix:analysis/types@0.1.1";

export type { Column, ColumnSummary, Level, Message, Passage, Severity };
export type Kind = "dataset" | "deepchecks" | "model_checkpoint" | "training";
export type Scalar = boolean | number | string;
export interface Source { artifact: Kind; pointer: string }
export declare const KINDS: Kind[];
export declare class PluginError extends Error {
  constructor(kind: WitError["tag"], message: string);
  readonly kind: WitError["tag"];
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
  summary: string;
  add(finding: Finding, advice: { action: string; rationale?: string; confidence?: number; citations?: string[] }): void;
  readonly analyses: { finding: Finding }[];
}
export declare class Table {
  readonly rows: number;
  readonly columns: Column[];
  numbers(column: string): Float64Array;
  texts(column: string): (string | undefined)[];
  summary(column: string): ColumnSummary;
  cell(column: string, row: number): Source;
  statistic(column: string, name: string): Source;
  rowsSource(): Source;
}
export declare class Blob {
  readonly name: string;
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
  sizeSource(): Source;
  scalarSource(type: "u8" | "u64" | "f16" | "bf16" | "f32" | "f64", offset: number): Source;
}
/** What a language model is asked beside its messages. */
export interface Asked { schema?: object; maxTokens?: number; temperature?: number; samples?: number }
export interface Question extends Asked { messages: string | Message[] }
export declare class Completion {
  readonly texts: string[];
  readonly text: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cached: boolean;
  json(): any;
}
export declare class Context {
  readonly host: Host;
  readonly settings: any;
  readonly language: string;
  readonly datasetName: string;
  readonly modelName: string;
  readonly time?: number;
  has(kind: Kind): boolean;
  read(kind: Kind, at?: string): any;
  table(kind: Kind, name: string): Table;
  blob(kind: Kind, name?: string): Blob | undefined;
  source(kind: Kind, ...parts: (string | number)[]): Source;
  search(text: string, only?: { domain?: string; code?: string; limit?: number }): Passage[];
  modelAvailable(): boolean;
  complete(messages: string | Message[], more?: Asked): Completion;
  completeAll(questions: Question[]): (Completion | PluginError)[];
  secret(name: string): string;
  progress(fraction: number, message: string): void;
  log(message: string, level?: Level, fields?: object): void;
}
export interface Plugin {
  name: string; version: string; summary: string; codes: string[];
  requires?: Kind[]; reads?: Kind[]; wants?: Capability[]; needs?: Capability[];
  settingsSchema?: object; secrets?: string[];
  analyze(cx: Context): Report;
}
/** The imports of the WIT in the SDK's own names: deepfix-host.js, or a FakeHost. */
export interface Host {
  available(): Kind[];
  read(kind: Kind, at: string): string | undefined;
  tables(kind: Kind): string[];
  openTable(kind: Kind, name: string): HostTable;
  blobs(kind: Kind): string[];
  openBlob(kind: Kind, name: string): HostBlob;
  search(query: Query): Passage[];
  modelAvailable(): boolean;
  completeAll(questions: CompletionRequest[]): ({ tag: "ok"; val: WitCompletion } | { tag: "err"; val: WitError })[];
  secret(name: string): string;
  log(level: Level, message: string, fields: [string, string][]): void;
  progress(fraction: number, message: string): void;
}
export interface HostTable {
  rowCount(): number;
  columns(): Column[];
  numberBytes(column: string, offset: number, length: number): Uint8Array;
  texts(column: string, offset: number, length: number): (string | undefined)[];
  summarize(column: string, offset: number, length: number): ColumnSummary;
}
export interface HostBlob {
  size(): number;
  read(offset: number, length: number): Uint8Array;
}
export declare function definePlugin(plugin: Plugin, host: Host): {
  analyze: { describe(): Description; analyze(request: Request): WitReport };
  run(host: Host, request: Partial<Request>): Report;
};
