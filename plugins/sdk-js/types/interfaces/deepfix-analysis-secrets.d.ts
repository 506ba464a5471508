// Generated from wit/ by jco; a test compares. componentize-qjs hands 64-bit integers over as numbers,
// so they are numbers here.
/// <reference path="./deepfix-analysis-types.d.ts" />
declare module 'deepfix:analysis/secrets@0.1.1' {
  /**
   * The names that are granted.
   */
  export function names(): Array<string>;
  /**
   * A secret's value. Any other name gives `denied`.
   */
  export function get(name: string): string;
  export type Error = import('deepfix:analysis/types@0.1.1').Error;
}
