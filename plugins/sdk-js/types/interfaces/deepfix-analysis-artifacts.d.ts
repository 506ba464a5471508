// Generated from wit/ by jco; a test compares. componentize-qjs hands 64-bit integers over as numbers,
// so they are numbers here.
/// <reference path="./deepfix-analysis-types.d.ts" />
declare module 'deepfix:analysis/artifacts@0.1.1' {
  /**
   * The kinds that this request carries and this agent may read.
   */
  export function available(): Array<ArtifactKind>;
  /**
   * The JSON text at an RFC 6901 pointer (`""` for the whole document), or none where
   * nothing stands there. Numbers that JSON lacks are the strings `"NaN"`,
   * `"Infinity"` and `"-Infinity"`.
   */
  export function read(kind: ArtifactKind, pointer: string): string | undefined;
  /**
   * The same place without its content: cheap for large documents.
   */
  export function inspect(kind: ArtifactKind, pointer: string): Node | undefined;
  /**
   * Names of the tables of an artifact. Training: `metrics`. Dataset: `train`, `test`
   * where the host has the rows.
   */
  export function tables(kind: ArtifactKind): Array<string>;
  /**
   * Opens a table by name.
   */
  export function openTable(kind: ArtifactKind, name: string): Table;
  /**
   * Names of the blobs of an artifact. Model checkpoint: the file's name.
   */
  export function blobs(kind: ArtifactKind): Array<string>;
  /**
   * Opens a blob by name.
   */
  export function openBlob(kind: ArtifactKind, name: string): Blob;
  export type ArtifactKind = import('deepfix:analysis/types@0.1.1').ArtifactKind;
  export type Error = import('deepfix:analysis/types@0.1.1').Error;
  /**
   * What stands at one place of a document.
   * # Variants
   * 
   * ## `"null"`
   * 
   * ## `"boolean"`
   * 
   * ## `"number"`
   * 
   * ## `"text"`
   * 
   * ## `"array"`
   * 
   * ## `"object"`
   */
  export type NodeKind = 'null' | 'boolean' | 'number' | 'text' | 'array' | 'object';
  /**
   * The outline of one place of a document.
   */
  export interface Node {
    kind: NodeKind,
    /**
     * Number of elements of an array or members of an object; bytes of a text; else 0.
     */
    length: number,
    /**
     * The member names of an object, in the order of the artifact; else empty.
     */
    keys: Array<string>,
  }
  /**
   * # Variants
   * 
   * ## `"numeric"`
   * 
   * Numbers. A missing one reads as NaN, as does an explicit NaN: `texts` and
   * `column-summary` tell them apart.
   * ## `"text"`
   * 
   * Texts; a missing one is none.
   */
  export type ColumnType = 'numeric' | 'text';
  export interface Column {
    name: string,
    columnType: ColumnType,
  }
  /**
   * A summary of a numeric column over a range of rows. Where no finite value is there,
   * the numbers are NaN.
   */
  export interface ColumnSummary {
    /**
     * Finite values.
     */
    count: number,
    /**
     * Cells without a value (JSON null, or no such row in the source).
     */
    missing: number,
    /**
     * Cells that hold an explicit NaN.
     */
    nan: number,
    /**
     * Cells that hold an infinity.
     */
    infinite: number,
    /**
     * Over the finite values, as are `max` and `mean`.
     */
    min: number,
    max: number,
    mean: number,
    /**
     * The first finite value.
     */
    first: number,
    /**
     * The last finite value.
     */
    last: number,
  }
  
  export class Blob implements Disposable {
    /**
     * This type does not have a public constructor.
     */
    private constructor();
    size(): number;
    /**
    * At most `length` bytes from `offset` on; fewer only at the end, and at most
    * 4 MiB in one call.
    */
    read(offset: number, length: number): Uint8Array;
    [Symbol.dispose](): void;
  }
  
  export class Table implements Disposable {
    /**
     * This type does not have a public constructor.
     */
    private constructor();
    columns(): Array<Column>;
    rowCount(): number;
    /**
    * `length` values of a numeric column from row `offset` on.
    */
    numbers(column: string, offset: number, length: number): Float64Array;
    /**
    * The same as little-endian 8-byte floats: much faster than a list in Python and
    * JavaScript.
    */
    numberBytes(column: string, offset: number, length: number): Uint8Array;
    /**
    * `length` values of any column as text; an explicit NaN is `NaN`, a missing value none.
    */
    texts(column: string, offset: number, length: number): Array<string | undefined>;
    /**
    * A summary of a numeric column, computed by the host.
    */
    summarize(column: string, offset: number, length: number): ColumnSummary;
    [Symbol.dispose](): void;
  }
}
