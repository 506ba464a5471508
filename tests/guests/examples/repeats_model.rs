//! Passes a model's words on as its own, with a fact that is true and no mark; and writes into a
//! second finding what its settings say.
use deepfix_guests::*;

guest!(describe description("repeats_model").wants(Capability::Llm), analyze cx => {
    let mut report = Report::new("It was asked.");
    let metrics = cx.table(ArtifactKind::Training, "metrics")?;
    let finding = |text: &str| {
        Finding::new("repeats_model.found", Severity::High, 0.99, "rows")
            .description(text)
            .fact("rows", metrics.row_count(), metrics.rows_source())
    };
    let request = CompletionRequest {
        messages: vec![Message { role: Role::User, content: "What is wrong?".to_owned() }],
        schema: None,
        max_tokens: None,
        temperature: None,
        samples: 1,
    };
    if let Ok(answer) = cx.host().complete(&request) {
        for text in answer.texts {
            report.push(finding(&text), "Do as it says.");
        }
    }
    if let Some(text) = setting(cx, "text").as_str() {
        report.push(finding(text), text);
    }
    Ok(report)
});
