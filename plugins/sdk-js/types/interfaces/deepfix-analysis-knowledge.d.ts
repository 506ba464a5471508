// Generated from wit/ by jco; a test compares. componentize-qjs hands 64-bit integers over as numbers,
// so they are numbers here.
/// <reference path="./deepfix-analysis-types.d.ts" />
declare module 'deepfix:analysis/knowledge@0.1.1' {
  /**
   * The passages that match best, best first. No match gives an empty list.
   */
  export function search(query: Query): Array<Passage>;
  export type Error = import('deepfix:analysis/types@0.1.1').Error;
  export interface Query {
    /**
     * Free text. It is data: no query syntax is interpreted.
     */
    text: string,
    /**
     * Only passages of this domain, such as `training` or `data_quality`.
     */
    domain?: string,
    /**
     * Only passages about this fault code.
     */
    code?: string,
    /**
     * At most so many passages; the host's own bound is 50.
     */
    limit: number,
  }
  export interface Passage {
    /**
     * What a recommendation cites, such as `overfitting#what-to-try-first`.
     */
    id: string,
    title: string,
    text: string,
    domain: string,
    /**
     * The passage's first source: a paper or documentation page.
     */
    source: string,
    /**
     * BM25 score; comparable within one search only.
     */
    score: number,
  }
}
