//! Expressions that would run for ever, or break the stack.

use proptest::prelude::*;

use super::super::Names;
use super::{Input, say};

#[test]
fn nesting_ends() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("!", ""), ("-", ""), ("{1:", "}"), ("size(", ")")]
    {
        let text = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        assert!(say(&text).contains("levels"), "{open}");
    }
    for (first, link) in
        [("1", "+1"), ("1", "-1"), ("object", ".a"), ("object", "[0]"), ("1", "==1")]
    {
        assert!(say(&format!("{first}{}", link.repeat(10_000))).contains("levels"), "{link}");
    }
    let chain = format!("true{}", " && true".repeat(5_000));
    assert_eq!(say(&chain), "true");
    let mixed = format!("{}1{}", "(1+1+1+".repeat(90), "+1+1)".repeat(90));
    assert!(say(&mixed).starts_with("compile: ") || say(&mixed).parse::<i64>().is_ok());
}

#[test]
fn loops_in_loops_end() {
    let numbers = "lists.range(999)";
    let text = format!("{numbers}.all(a, {numbers}.all(b, {numbers}.all(c, true)))");
    assert!(say(&text).contains("steps"));
    let text =
        format!("{numbers}.exists(a, {numbers}.exists(b, {numbers}.exists(c, false))) || true");
    assert!(say(&text).contains("steps"), "a cost that is passed is no error to make up for");
    assert!(say("lists.range(1000000000000)").contains("steps"));
}

#[test]
fn doubling_ends() {
    let mut text = String::from("x60");
    for step in (0..60).rev() {
        text = format!("cel.bind(x{}, x{step} + x{step}, {text})", step + 1);
    }
    assert!(say(&format!("cel.bind(x0, 'aaaaaaaaaa', {text})")).contains("steps"));
    assert!(say(&format!("cel.bind(x0, [1, 2], {text})")).contains("steps"));
    for doubled in ["x.replace('', x)", "regex.replace(x, '.*', r'\\0\\0')"] {
        let mut text = String::from("size(x)");
        for _ in 0..60 {
            text = format!("cel.bind(x, {doubled}, {text})");
        }
        assert!(say(&format!("cel.bind(x, 'aaaaaaaaaa', {text})")).contains("steps"), "{doubled}");
    }
    let many = "regex.replace(x, '.*', x.replace('a', r'\\0'))";
    let text = format!("cel.bind(x, lists.range(9999).map(i, 'aaaaaaaaaa').join(), size({many}))");
    assert!(say(&text).contains("steps"));
}

#[test]
fn values_that_hold_each_other_many_times_over_end() {
    let mut text = String::from("BODY");
    for step in (0..60).rev() {
        text = format!("cel.bind(x{}, [x{step}, x{step}], {text})", step + 1);
    }
    let text = format!("cel.bind(x0, 'a', {text})");
    for body in [
        "x60 == x59 || x60 == x60",
        "x60 in [x59, x60]",
        "[x60, x60].distinct().size() == 1",
        "sets.contains([x60], [x60])",
        "[x60].indexOf(x60)",
        "'%s'.format([x60])",
        "x60.flatten(60)",
        "http.Post('https://example.com', x60)",
    ] {
        assert!(say(&text.replace("BODY", body)).contains("steps"), "{body}");
    }
}

#[test]
fn texts_are_paid_for_wherever_they_go() {
    let mut text = String::from("BODY");
    for step in (0..12).rev() {
        text = format!("cel.bind(x{}, x{step} + x{step}, {text})", step + 1);
    }
    let text = format!("cel.bind(x0, 'https://a/aaaaaa', {text})");
    for body in [
        "lists.range(999).all(a, int(x12) == 1 || true)",
        "lists.range(999).map(a, url(x12)).size() == 1",
        "lists.range(999).all(a, !isURL(x12 + '%') && x12 <= x12)",
        "lists.range(999).all(a, {x12: 1}[x12] == 1)",
        "lists.range(999).all(a, [x12, x12].max() == '' || [x12, x12].isSorted())",
        "lists.range(999).all(a, [x12, x12].sort().size() == 2)",
        "x12.findAll('.*z|a').size() == 1",
    ] {
        assert!(say(&text.replace("BODY", body)).contains("steps"), "{body}");
    }
}

#[test]
fn patterns_end() {
    assert!(say("'a'.matches('((a{1000}){1000}){1000}')").contains("bytes"));
    assert!(say("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'.matches('(a*)*c')") == "false");
    let many = "lists.range(99999).exists(x, 'b'.matches('[ac]{' + string(x + 1) + '}'))";
    assert!(say(many).contains("steps"));
}

#[test]
fn long_texts_are_refused() {
    assert!(say(&" ".repeat(200_000)).contains("bytes"));
}

proptest! {
    #[test]
    fn any_text_compiles_or_does_not(text in "\\PC{0,60}") {
        _ = Names::new(&[Input::Object]).compile(&text);
    }

    #[test]
    fn words_in_any_order_do_no_harm(words in proptest::collection::vec(
        prop_oneof![
            Just("object"), Just(".spec"), Just(".?x"), Just("[0]"), Just("[?"), Just("]"), Just("("), Just(")"),
            Just("+"), Just("-"), Just("&&"), Just("||"), Just("!"), Just("?"), Just(":"), Just("1"), Just("'a'"),
            Just("1.5"), Just("2u"), Just("has("), Just(".all(x,"), Just("x"), Just("{"), Just("}"), Just(","),
            Just("in"), Just("=="), Just("<"), Just("size("), Just(".orValue("), Just("null"), Just("math.abs("),
            Just(".split("), Just(".substring("), Just("duration("), Just("timestamp("), Just("quantity("),
        ], 0..12,
    )) {
        _ = say(&words.concat());
    }
}
