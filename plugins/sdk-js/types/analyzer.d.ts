// Generated from wit/ by jco; a test compares. componentize-qjs hands 64-bit integers over as numbers,
// so they are numbers here.
/// <reference path="./interfaces/deepfix-analysis-analyze.d.ts" />
/// <reference path="./interfaces/deepfix-analysis-artifacts.d.ts" />
/// <reference path="./interfaces/deepfix-analysis-knowledge.d.ts" />
/// <reference path="./interfaces/deepfix-analysis-llm.d.ts" />
/// <reference path="./interfaces/deepfix-analysis-logging.d.ts" />
/// <reference path="./interfaces/deepfix-analysis-progress.d.ts" />
/// <reference path="./interfaces/deepfix-analysis-secrets.d.ts" />
/// <reference path="./interfaces/deepfix-analysis-types.d.ts" />
declare module 'deepfix:analysis/analyzer@0.1.1' {
  export type * as DeepfixAnalysisArtifacts011 from 'deepfix:analysis/artifacts@0.1.1'; // import deepfix:analysis/artifacts@0.1.1
  export type * as DeepfixAnalysisKnowledge011 from 'deepfix:analysis/knowledge@0.1.1'; // import deepfix:analysis/knowledge@0.1.1
  export type * as DeepfixAnalysisLlm011 from 'deepfix:analysis/llm@0.1.1'; // import deepfix:analysis/llm@0.1.1
  export type * as DeepfixAnalysisLogging011 from 'deepfix:analysis/logging@0.1.1'; // import deepfix:analysis/logging@0.1.1
  export type * as DeepfixAnalysisProgress011 from 'deepfix:analysis/progress@0.1.1'; // import deepfix:analysis/progress@0.1.1
  export type * as DeepfixAnalysisSecrets011 from 'deepfix:analysis/secrets@0.1.1'; // import deepfix:analysis/secrets@0.1.1
  export type * as DeepfixAnalysisTypes011 from 'deepfix:analysis/types@0.1.1'; // import deepfix:analysis/types@0.1.1
  export * as analyze from 'deepfix:analysis/analyze@0.1.1'; // export deepfix:analysis/analyze@0.1.1
}
