// Generated from wit/ by jco; a test compares. componentize-qjs hands 64-bit integers over as numbers,
// so they are numbers here.
/// <reference path="./deepfix-analysis-types.d.ts" />
declare module 'deepfix:analysis/analyze@0.1.1' {
  /**
   * What this plugin is. Must give the same answer at every call.
   */
  export function describe(): Description;
  /**
   * Looks at one experiment. Called once per instance; a fresh instance serves each
   * request.
   */
  export function analyze(request: Request): Report;
  export type Description = import('deepfix:analysis/types@0.1.1').Description;
  export type Error = import('deepfix:analysis/types@0.1.1').Error;
  export type Report = import('deepfix:analysis/types@0.1.1').Report;
  export type Request = import('deepfix:analysis/types@0.1.1').Request;
}
