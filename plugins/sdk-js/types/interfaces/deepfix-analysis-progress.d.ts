// Generated from wit/ by jco; a test compares. componentize-qjs hands 64-bit integers over as numbers,
// so they are numbers here.
declare module 'deepfix:analysis/progress@0.1.1' {
  /**
   * `fraction` runs from 0 to 1. Reports beyond a few a second are merged by the host.
   */
  export function report(fraction: number, message: string): void;
}
