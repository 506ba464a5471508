// Generated from wit/ by jco; a test compares. componentize-qjs hands 64-bit integers over as numbers,
// so they are numbers here.
/// <reference path="./deepfix-analysis-types.d.ts" />
declare module 'deepfix:analysis/llm@0.1.1' {
  /**
   * Whether `complete` can work at all: a model is configured and granted.
   */
  export function available(): boolean;
  /**
   * One request.
   */
  export function complete(request: CompletionRequest): Completion;
  /**
   * Several requests at once. The host runs them concurrently; the answers keep the
   * order of the requests, and one that fails does not touch the others.
   */
  export function completeAll(requests: Array<CompletionRequest>): Array<Result<Completion, Error>>;
  export type Error = import('deepfix:analysis/types@0.1.1').Error;
  /**
   * # Variants
   * 
   * ## `"system"`
   * 
   * ## `"user"`
   * 
   * ## `"assistant"`
   */
  export type Role = 'system' | 'user' | 'assistant';
  export interface Message {
    role: Role,
    content: string,
  }
  export interface CompletionRequest {
    messages: Array<Message>,
    /**
     * A JSON Schema that the answer must satisfy. The host validates the answer.
     */
    schema?: string,
    /**
     * The host's own bound holds as well.
     */
    maxTokens?: number,
    temperature?: number,
    /**
     * How many independent answers, at least 1. Each counts as one call.
     */
    samples: number,
  }
  export interface Usage {
    inputTokens: number,
    outputTokens: number,
  }
  export interface Completion {
    /**
     * One text per sample.
     */
    texts: Array<string>,
    /**
     * The model that answered.
     */
    model: string,
    usage: Usage,
    /**
     * Whether the answer came from the host's cache.
     */
    cached: boolean,
  }
  export type Result<T, E> = { tag: 'ok', val: T } | { tag: 'err', val: E };
}
