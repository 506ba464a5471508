// Types of the host for native tests.
import type { Host, Passage } from "./deepfix-plugin.js";

export interface FakeHost extends Host {}
export declare class FakeHost {
  constructor(request: object, more?: {
    passages?: Passage[];
    secrets?: Record<string, string>;
    blobs?: Record<string, Uint8Array>;
    model?: (question: object) => string;
  });
  readonly logs: [string, string, [string, string][]][];
}
