//! Asks the language model: `calls` times one after the other, or `batch` at once. It reports how many
//! answers it got, and the first refusal.
use deepfix_guests::*;

guest!(describe description("asks_llm").wants(Capability::Llm), analyze cx => {
    let number = |name| setting(cx, name).as_u64();
    let request = CompletionRequest {
        messages: vec![Message { role: Role::User, content: "x".repeat(number("prompt").unwrap_or(3) as usize) }],
        schema: None,
        max_tokens: number("max_tokens").map(|it| it as u32),
        temperature: None,
        samples: number("samples").unwrap_or(1) as u32,
    };
    let answers = match number("batch") {
        Some(batch) => cx.host().complete_all(&vec![request; batch as usize]),
        None => (0..number("calls").unwrap_or(1)).map(|_| cx.host().complete(&request)).collect(),
    };
    let refusal = answers.iter().find_map(|it| it.as_ref().err().map(ToString::to_string));
    Ok(report(json!({
        "available": cx.host().llm_available(),
        "answers": answers.iter().filter(|it| it.is_ok()).count(),
        "refusal": refusal,
    })))
});
