//! Declares what its settings must be.
use deepfix_guests::*;

guest!(
    describe description("wants_settings").settings_schema(json!({
        "type": "object",
        "additionalProperties": false,
        "properties": { "threshold": { "type": "number", "minimum": 0.0, "maximum": 1.0 } },
        "required": ["threshold"],
    })),
    analyze cx => Ok(report(json!({ "threshold": setting(cx, "threshold") })))
);
