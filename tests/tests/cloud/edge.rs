//! What the CDN runs for every request, run by node.

use std::process::Command;

use serde_json::{Value, json};
use tests::{tools, town::LED};

use crate::{
    Outcome,
    template::{deployed, look},
};

/// Runs the function of the template over requests for `paths`, which all say they come from somewhere else.
fn at_the_edge(paths: &[&str]) -> anyhow::Result<Vec<Value>> {
    let looked = look(&[deployed("template.yaml")], false)?;
    let code =
        looked[0].transformed["Resources"]["AtTheEdge"]["Properties"]["FunctionCode"].as_str().unwrap().to_owned();
    let event = |path: &&str| {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        json!({
            "viewer": {"ip": "198.51.100.7"},
            "request": {
                "method": "GET",
                "uri": path,
                "querystring": querystring(query),
                "headers": {"x-viewer-ip": {"value": "203.0.113.66"}},
            },
        })
    };
    let events: Vec<Value> = paths.iter().map(event).collect();
    let script = format!("{code}\nconsole.log(JSON.stringify({}.map(handler)))", Value::from(events));
    Ok(serde_json::from_str(&tools::printed(Command::new("node").args(["-e", &script]))?)?)
}

/// What `CloudFront` makes of a query: the last value of a name, and all of them where there are several.
fn querystring(query: &str) -> Value {
    let mut names = serde_json::Map::new();
    for (name, value) in
        query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    {
        let said = names.entry(name).or_insert_with(|| json!({"value": value, "multiValue": []}));
        said["value"] = value.into();
        said["multiValue"].as_array_mut().unwrap().push(json!({"value": value}));
    }
    for said in names.values_mut().filter(|said| said["multiValue"].as_array().is_some_and(|all| all.len() == 1)) {
        said.as_object_mut().unwrap().remove("multiValue");
    }
    names.into()
}

#[test]
fn clean_addresses_become_files_and_what_lacks_its_slash_is_led_there() -> Outcome {
    let files = [
        ("/", "/index.html"),
        ("/strategia-2030/", "/strategia-2030/index.html"),
        ("/strategia-2030/projekt/1.0/cele/", "/strategia-2030/projekt/1.0/cele/index.html"),
        ("/assets/style.0123456789abcdef.css", "/assets/style.0123456789abcdef.css"),
        ("/build.json", "/build.json"),
    ];
    let found = at_the_edge(&files.map(|(path, _)| path))?;
    assert_eq!(
        found.iter().map(|found| found["uri"].as_str().unwrap()).collect::<Vec<_>>(),
        files.map(|(_, file)| file)
    );

    // The plain server is held against these, too (tests/tests/production.rs).
    let elsewhere = [
        // Never to another host.
        ("//example", "/example/"),
        ("/\\example", "/example/"),
    ];
    let led = [&LED[..], &elsewhere].concat();
    let paths: Vec<_> = led.iter().map(|(path, _)| *path).collect();
    for (found, (path, goal)) in at_the_edge(&paths)?.iter().zip(led) {
        assert_eq!(
            (&found["statusCode"], &found["headers"]["location"]["value"]),
            (&json!(301), &json!(goal)),
            "{path}"
        );
    }
    assert_eq!(at_the_edge(&["///"])?[0]["uri"], "///index.html");
    Ok(())
}

#[test]
fn the_function_gets_the_address_that_the_cdn_saw_and_the_path_as_it_is() -> Outcome {
    for path in ["/api/strategia-2030/ankieta", "/api/receipt/NUMBER/SECRET", "/api/"] {
        let found = &at_the_edge(&[path])?[0];
        assert_eq!(found["uri"], path);
        assert_eq!(found["headers"]["x-viewer-ip"], json!({"value": "198.51.100.7"}), "the client's own word counts");
    }
    Ok(())
}
