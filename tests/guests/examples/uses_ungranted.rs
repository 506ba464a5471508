//! Uses capabilities that nobody granted, and that it did not even ask for.
use deepfix_guests::*;

guest!(cx => {
    let host = cx.host();
    let request = CompletionRequest {
        messages: Vec::new(),
        schema: None,
        max_tokens: None,
        temperature: None,
        samples: 1,
    };
    let told = |error: Error| error.to_string();
    Ok(report(json!({
        "available": host.llm_available(),
        "complete": host.complete(&request).map(|_| ()).map_err(told).err(),
        "complete_all": host.complete_all(&[request]).remove(0).map(|_| ()).map_err(told).err(),
        "search": host.search(&Query::default()).map(|_| ()).map_err(told).err(),
    })))
});
