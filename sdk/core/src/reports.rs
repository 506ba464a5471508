use deepfix_core::AnalyseResponse;

use crate::fault::Fault;

/// A response in one of the formats.
pub(crate) fn written(response: &str, format: &str, language: Option<&str>) -> Result<String, Fault> {
    let response: AnalyseResponse =
        serde_json::from_str(response).map_err(|it| Fault::Response { reason: it.to_string() })?;
    let stated = response.additional_outputs.get("language").and_then(|it| it.as_str());
    let language = language.or(stated).unwrap_or("english").trim().to_lowercase();
    let failed = |reason: String| Fault::Report { reason };
    match format {
        "html" => deepfix_report::html(&response, &language).map_err(|it| failed(it.to_string())),
        "markdown" => Ok(deepfix_report::markdown(&response, &language)),
        "sarif" => serde_json::to_string_pretty(&deepfix_report::sarif(&response)).map_err(|it| failed(it.to_string())),
        _ => Err(Fault::Format {
            found: format.to_owned(),
        }),
    }
}
