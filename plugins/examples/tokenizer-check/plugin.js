// Do tokenizer, model and training parameters fit each other?
import { host } from "./deepfix-host.js";
import { definePlugin } from "./deepfix-plugin.js";
import { plugin } from "./analyzer.js";

export const { analyze } = definePlugin(plugin, host);
