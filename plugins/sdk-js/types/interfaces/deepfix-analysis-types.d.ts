// Generated from wit/ by jco; a test compares. componentize-qjs hands 64-bit integers over as numbers,
// so they are numbers here.
declare module 'deepfix:analysis/types@0.1.1' {
  /**
   * How bad a finding is for the person who trained the model.
   * # Variants
   * 
   * ## `"low"`
   * 
   * Worth knowing; nothing has to change.
   * ## `"medium"`
   * 
   * Results are clearly worse than they need be.
   * ## `"high"`
   * 
   * Results are wrong, or training is broken.
   */
  export type Severity = 'low' | 'medium' | 'high';
  /**
   * What an experiment can leave behind.
   * # Variants
   * 
   * ## `"dataset"`
   * 
   * Statistics of the data sets, and their rows where the host has them.
   * ## `"deepchecks"`
   * 
   * Results of data and model checks.
   * ## `"model-checkpoint"`
   * 
   * The saved model: its file, configuration and hyper-parameters.
   * ## `"training"`
   * 
   * Metrics over time and the training parameters.
   */
  export type ArtifactKind = 'dataset' | 'deepchecks' | 'model-checkpoint' | 'training';
  /**
   * What a plugin may ask for beyond reading the artifacts it consumes.
   * # Variants
   * 
   * ## `"knowledge"`
   * 
   * Search the knowledge base.
   * ## `"llm"`
   * 
   * Ask the configured language model.
   */
  export type Capability = 'knowledge' | 'llm';
  /**
   * A single value, as read from an artifact or computed from it.
   */
  export type Value = ValueBoolean | ValueInteger | ValueNumber | ValueText;
  export interface ValueBoolean {
    tag: 'boolean',
    val: boolean,
  }
  /**
   * A whole number that fits into 64 bits.
   */
  export interface ValueInteger {
    tag: 'integer',
    val: number,
  }
  /**
   * Any other number; NaN and the infinities are allowed.
   */
  export interface ValueNumber {
    tag: 'number',
    val: number,
  }
  export interface ValueText {
    tag: 'text',
    val: string,
  }
  /**
   * Where in an artifact a value was read. The host reads it again.
   */
  export interface Source {
    artifact: ArtifactKind,
    /**
     * An RFC 6901 JSON pointer into the artifact's document, or one of
     * - `/@tables/<table>/<column>/<row>`: one cell of a table;
     * - `/@tables/<table>/<column>/@<count|missing|nan|infinite|min|max|mean|first|last>`:
     *   a summary of the whole column;
     * - `/@tables/<table>/@rows`: the number of rows;
     * - `/@blobs/<blob>/@size`: the length of a blob in bytes;
     * - `/@blobs/<blob>/<u8|u64|f16|bf16|f32|f64>/<byte offset>`: one little-endian
     *   scalar of a blob.
     * 
     * `~` and `/` inside a name are written `~0` and `~1` as in RFC 6901.
     */
    pointer: string,
  }
  /**
   * One piece of evidence: a number or text with its meaning and, unless it was
   * computed from others, the place where it was read.
   */
  export interface Fact {
    /**
     * What the value is, in a few words, such as `lowest val_loss`.
     */
    label: string,
    value: Value,
    /**
     * None for a computed value.
     */
    source?: Source,
  }
  /**
   * One thing that is wrong, or worth knowing.
   */
  export interface Finding {
    /**
     * The stable fault code, dotted lower snake case, such as `training.overfitting`.
     * It must be among the codes that `describe` lists.
     */
    code: string,
    /**
     * What is wrong, one or two sentences.
     */
    description: string,
    /**
     * What shows it, with numbers.
     */
    evidence: string,
    /**
     * The values behind `evidence`.
     */
    facts: Array<Fact>,
    severity: Severity,
    /**
     * 0 (a guess) to 1 (certain).
     */
    confidence: number,
    /**
     * A JSON object, or empty.
     */
    extras: string,
  }
  /**
   * What to do about a finding.
   */
  export interface Recommendation {
    /**
     * The step to take, specific enough to carry out.
     */
    action: string,
    /**
     * Why it helps, and how to tell that it did.
     */
    rationale: string,
    /**
     * 0 to 1.
     */
    confidence: number,
    /**
     * Ids of knowledge passages that this plugin retrieved in this analysis.
     * The host drops any other id.
     */
    citations: Array<string>,
  }
  /**
   * A finding with its recommendation.
   */
  export interface Analysis {
    finding: Finding,
    recommendation: Recommendation,
  }
  /**
   * All that a plugin has to say of one experiment.
   */
  export interface Report {
    analyses: Array<Analysis>,
    /**
     * One paragraph in the request's language.
     */
    summary: string,
    /**
     * A JSON object, or empty. It is passed on as `additional_outputs`.
     */
    extras: string,
  }
  /**
   * Why something could not be done. Each carries a message for a person.
   */
  export type Error = ErrorNotFound | ErrorInvalid | ErrorDenied | ErrorBudgetExceeded | ErrorTimedOut | ErrorUnavailable | ErrorInternal;
  /**
   * No such artifact, table, column, blob or passage.
   */
  export interface ErrorNotFound {
    tag: 'not-found',
    val: string,
  }
  /**
   * An argument is wrong.
   */
  export interface ErrorInvalid {
    tag: 'invalid',
    val: string,
  }
  /**
   * Not granted; the message holds the configuration line that would grant it.
   */
  export interface ErrorDenied {
    tag: 'denied',
    val: string,
  }
  /**
   * One of the limits of this agent is used up; the message names it.
   */
  export interface ErrorBudgetExceeded {
    tag: 'budget-exceeded',
    val: string,
  }
  /**
   * The time for this analysis, or for one call, is over.
   */
  export interface ErrorTimedOut {
    tag: 'timed-out',
    val: string,
  }
  /**
   * The service behind the call is not configured or does not answer.
   */
  export interface ErrorUnavailable {
    tag: 'unavailable',
    val: string,
  }
  /**
   * A fault of the host or of the plugin.
   */
  export interface ErrorInternal {
    tag: 'internal',
    val: string,
  }
  /**
   * A kind of artifact that a plugin reads.
   */
  export interface ConsumedArtifact {
    kind: ArtifactKind,
    /**
     * A plugin is not run where an artifact that it requires is absent. A plugin
     * that requires none is run where at least one that it consumes is present.
     */
    required: boolean,
  }
  /**
   * A capability that a plugin asks for.
   */
  export interface RequestedCapability {
    capability: Capability,
    /**
     * A plugin whose required capability is not granted is refused at load time.
     */
    required: boolean,
  }
  /**
   * What a plugin says of itself. It is asked once, when the plugin is loaded.
   */
  export interface Description {
    /**
     * The agent's name in responses, such as `TrainingArtifactsAnalyzer`.
     */
    name: string,
    /**
     * The plugin's own version, by semver.
     */
    version: string,
    /**
     * One sentence: what it looks at and what it finds.
     */
    summary: string,
    consumes: Array<ConsumedArtifact>,
    /**
     * Every code that it can report.
     */
    codes: Array<string>,
    capabilities: Array<RequestedCapability>,
    /**
     * A JSON object, or empty.
     */
    extras: string,
  }
  /**
   * What is asked of a plugin. The artifacts are read through the `artifacts`
   * interface.
   */
  export interface Request {
    /**
     * The data set's name; empty when the client gave none.
     */
    datasetName: string,
    /**
     * The model's name; empty when the client gave none.
     */
    modelName: string,
    /**
     * The language of all texts in the answer, as an English word in lower case:
     * `english`, `french`. English is a fair answer to any other.
     */
    language: string,
    /**
     * This agent's `settings` in the configuration, as a JSON object.
     */
    settings: string,
    /**
     * A JSON object, or empty.
     */
    extras: string,
  }
}
