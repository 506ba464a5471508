use serde_json::Value as Json;

/// What stands somewhere, for an error message.
pub(crate) fn describe(value: &Json) -> String {
    /// A name or a path fits; a data set does not.
    const SHOWN: usize = 40;
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(it) => format!("the boolean {it}"),
        Json::Number(it) => format!("the number {it}"),
        Json::String(it) => {
            let shown: String = it.chars().take(SHOWN).collect();
            let more = if shown.len() < it.len() { "..." } else { "" };
            format!("the string {shown:?}{more}")
        }
        Json::Array(it) => format!("an array of {} elements", it.len()),
        Json::Object(it) => format!("an object of {} members", it.len()),
    }
}
