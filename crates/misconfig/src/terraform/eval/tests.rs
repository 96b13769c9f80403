//! Values of modules, as Terraform gives them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::functions::encode_json;
use super::value::Unknown;
use super::{Evaluator, Module, Reason, ScopeId, Value};
use crate::Limits;
use crate::terraform::model::Resources;
use crate::terraform::syntax;

/// What one run over some files gives.
struct Run {
    outputs: BTreeMap<Arc<str>, Value>,
    resources: Resources,
    said: Vec<String>,
}

impl Run {
    fn of(files: &[(&str, &str)]) -> Self {
        Self::within(files, &Limits::default())
    }

    fn within(files: &[(&str, &str)], limits: &Limits) -> Self {
        let mut modules: BTreeMap<String, Module> = BTreeMap::new();
        for (index, (path, text)) in files.iter().enumerate() {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let body = syntax::parse(text, limits).unwrap();
            let module = modules.entry(folder.into()).or_insert_with(|| Module::new(folder));
            module.add(index, body);
        }
        let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
        let mut evaluator = Evaluator::new(&modules, &paths, limits);
        let root = evaluator.root(modules.get("").unwrap(), BTreeMap::new());
        let resources = Resources::new(evaluator.resources(root));
        let names: Vec<_> = modules[""].outputs.keys().cloned().collect();
        let outputs = names
            .into_iter()
            .map(|name| {
                let value = evaluator.output(root, &name);
                (name, value)
            })
            .collect();
        let said = evaluator.into_diagnostics().iter().map(ToString::to_string).collect();
        Self { outputs, resources, said }
    }

    fn show(&self, output: &str) -> String {
        show(&self.outputs[output])
    }

    fn addresses(&self) -> Vec<&str> {
        self.resources.iter().map(|resource| &*resource.address).collect()
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Unknown(why) => format!("? {}", why.reason),
        value => encode_json(value).as_text().unwrap_or("partly unknown").to_owned(),
    }
}

/// The value of one expression, as JSON.
fn value(expression: &str) -> String {
    Run::of(&[("main.tf", &format!("output \"x\" {{\n  value = {expression}\n}}\n"))]).show("x")
}

#[track_caller]
fn assert_values(rows: &[(&str, &str)]) {
    for (expression, expected) in rows {
        assert_eq!(value(expression), *expected, "{expression}");
    }
}

#[test]
fn operators_bind_as_they_should() {
    assert_values(&[
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 4 - 3", "3"),
        ("-2 + 5", "3"),
        ("7 % 4", "3"),
        ("1 < 2 && 2 < 3 || false", "true"),
        ("!true == false", "true"),
        ("1 == \"1\"", "false"),
        ("\"2\" + 3", "5"),
        ("true ? 1 : false ? 2 : 3", "1"),
        ("[1, \"a\"] == [1, \"a\"]", "true"),
    ]);
}

#[test]
fn templates_are_rendered() {
    assert_values(&[
        (r#""a${1 + 1}b""#, r#""a2b""#),
        (r#""$${x} %%{y}""#, r#""${x} %{y}""#),
        (r#""%{ if 1 > 2 }yes%{ else }no%{ endif }""#, r#""no""#),
        (r#""%{ for i, x in ["a", "b"] }${i}${x};%{ endfor }""#, r#""0a;1b;""#),
        ("\"a ${~ \"b\" ~} c\"", r#""abc""#),
        (r#""\u00e9\n\"""#, r#""é\n\"""#),
        ("<<-EOT\n    a\n      b\n    EOT\n", r#""a\n  b\n""#),
        ("<<EOT\n${upper(\"x\")}\n  y\n  EOT\n", r#""X\n  y\n""#),
        (r#""${[1]}""#, "[1]"),
        (r#""${"nested ${"deep"}"}""#, r#""nested deep""#),
    ]);
}

#[test]
fn collections_are_built_and_taken_apart() {
    assert_values(&[
        ("[for x in [1, 2, 3] : x * 2 if x != 2]", "[2,6]"),
        ("{ for k, v in { a = 1, b = 2 } : v => k }", r#"{"1":"a","2":"b"}"#),
        (
            "{ for x in [\"aa\", \"ab\", \"b\"] : substr(x, 0, 1) => x... }",
            r#"{"a":["aa","ab"],"b":["b"]}"#,
        ),
        ("[{ a = 1 }, { a = 2 }][*].a", "[1,2]"),
        ("[{ a = [3] }].*.a[0]", "[3]"),
        ("{ a = { b = [5] } }.a.b[0]", "5"),
        ("[[1, 2], [3]][0][1]", "2"),
        ("{ (\"k\") = 1, \"j\" : 2 }", r#"{"j":2,"k":1}"#),
        ("{\n  a = 1 # one\n  b = {\n    c = 2\n  }\n}", r#"{"a":1,"b":{"c":2}}"#),
        ("{ for = 1 }", r#"{"for":1}"#),
    ]);
}

#[test]
fn functions_do_as_documented() {
    assert_values(&[
        (r#"format("%s-%03d %5.1f|%-4s|%v", "a", 7, 2.25, "x", [1])"#, r#""a-007   2.2|x   |[1]""#),
        (r#"join(",", ["a", "b"])"#, r#""a,b""#),
        (r#"split(",", "a,,b")"#, r#"["a","","b"]"#),
        (r#"replace("hello", "/l+/", "L")"#, r#""heLo""#),
        (r#"regex("(\\d+)-(\\d+)", "10-20")"#, r#"["10","20"]"#),
        (r#"regexall("[a-z]", "a1b")"#, r#"["a","b"]"#),
        (r#"title("hello world")"#, r#""Hello World""#),
        (r#"substr("hello", -3, -1)"#, r#""llo""#),
        (r#"merge({ a = 1 }, { a = 2, b = 3 })"#, r#"{"a":2,"b":3}"#),
        (r#"lookup({ a = 1 }, "b", 9)"#, "9"),
        (r#"flatten([[1], [[2]], 3])"#, "[1,2,3]"),
        (r#"toset(["b", "a", "b"])"#, r#"["a","b"]"#),
        (r#"element(["a", "b", "c"], 4)"#, r#""b""#),
        (r#"slice(["a", "b", "c"], 1, 3)"#, r#"["b","c"]"#),
        (r#"zipmap(["a"], [1])"#, r#"{"a":1}"#),
        (r#"range(1, 8, 3)"#, "[1,4,7]"),
        (r#"try({}.a, "b")"#, r#""b""#),
        (r#"can({}.a)"#, "false"),
        (r#"coalesce("", null, "c")"#, r#""c""#),
        (r#"jsondecode("{\"a\":[1,null]}")"#, r#"{"a":[1,null]}"#),
        (r#"jsonencode({ b = [true], a = "x" })"#, r#""{\"a\":\"x\",\"b\":[true]}""#),
        (r#"base64decode(base64encode("hi"))"#, r#""hi""#),
        (r#"cidrsubnet("10.1.2.0/24", 4, 15)"#, r#""10.1.2.240/28""#),
        (r#"cidrhost("10.12.112.0/20", 268)"#, r#""10.12.113.12""#),
        (r#"cidrhost("10.0.0.0/8", -1)"#, r#""10.255.255.255""#),
        (r#"cidrnetmask("172.16.0.0/12")"#, r#""255.240.0.0""#),
        (
            r#"cidrsubnets("10.1.0.0/16", 4, 4, 8)"#,
            r#"["10.1.0.0/20","10.1.16.0/20","10.1.32.0/24"]"#,
        ),
        (
            r#"cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)"#,
            r#""fd00:fd12:3456:7800:a200::/72""#,
        ),
        (r#"max([1, 5, 3]...)"#, "5"),
        (r#"setsubtract(["a", "b"], ["a"])"#, r#"["b"]"#),
        (r#"one([])"#, "null"),
        (r#"setproduct(["a", "b"], [1, 2])"#, r#"[["a",1],["a",2],["b",1],["b",2]]"#),
        (r#"transpose({ a = ["x", "y"], b = ["y"] })"#, r#"{"x":["a"],"y":["a","b"]}"#),
        (
            r#""${dirname("a/b/c.txt")} ${basename("a/b/c.txt")} ${dirname("c")}""#,
            r#""a/b c.txt .""#,
        ),
        (r#"parseint("ff", 16)"#, "255"),
        (r#"formatlist("%s!", ["a", "b"])"#, r#"["a!","b!"]"#),
        (r#"length("héllo")"#, "5"),
        (r#"index(["a", "b"], "b")"#, "1"),
        (r#"tonumber("7") + 1"#, "8"),
        (r#"yamldecode("- a: 1\n  b: [x, null]")"#, r#"[{"a":1,"b":["x",null]}]"#),
        (r#"csvdecode("a,b\n1,\"x,\"\"y\"\n")"#, r#"[{"a":"1","b":"x,\"y"}]"#),
        (r#"csvdecode("a,b\n1\n")"#, "? a row with another number of fields"),
        (r#"split(",", "")"#, r#"[""]"#),
        (r#"split("", "")"#, "[]"),
        (r#"title("a_b c-d")"#, r#""A_b C-D""#),
        (
            r#"[dirname("a/b/"), dirname("/a"), basename(""), basename("a/b/"), basename("/")]"#,
            r#"["a/b","/",".","b","/"]"#,
        ),
        (r#"upper("aß")"#, r#""Aß""#),
        (r#"md5("a")"#, r#""0cc175b9c0f1b6a831c399e269772661""#),
        (r#"base64sha256("a")"#, r#""ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=""#),
        (r#"timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00+02:00")"#, "1"),
        (
            r#"yamldecode("{a: yes, b: 'yes', c: off, d: true}")"#,
            r#"{"a":true,"b":"yes","c":false,"d":true}"#,
        ),
        (r#"jsonencode("<&>") == "\"\\u003c\\u0026\\u003e\"""#, "true"),
        (r#"tobool("1")"#, "true"),
        (
            r#"yamlencode({ a = ["x", 1, { b = true, c = [[1, 2], []] }], d = null, e = { f = {} } })"#,
            r#""\"a\":\n- \"x\"\n- 1\n- \"b\": true\n  \"c\":\n  - - 1\n    - 2\n  - []\n\"d\": null\n\"e\":\n  \"f\": {}\n""#,
        ),
        (r#"[yamlencode(1), yamlencode("<&>")]"#, r#"["1\n...\n","\"\u003c\u0026\u003e\"\n"]"#),
        (r#"yamlencode("a\nb")"#, "? yamlencode() is not evaluated"),
        (r#"sum([])"#, "? the sum of no numbers"),
        (r#"chunklist([1, 2], 0)"#, "[[1,2]]"),
    ]);
}

#[test]
fn formats_are_those_of_go() {
    assert_values(&[
        (r#"format("%[2]s %[1]s", "a", "b")"#, r#""b a""#),
        (r#"format("%[3]v %[1]v %v", 1, 2, 3)"#, r#""3 1 2""#),
        (r#"format("%.7s/0", "0.0.0.0-all")"#, r#""0.0.0.0/0""#),
        (r#"format("%v %v %v %g", 1000000, 0.00001, 0.1, 100000)"#, r#""1e+06 1e-05 0.1 100000""#),
        (
            r#"format("%.3g %.10g %e %.1E", 1234567, 0.1, 0, 123)"#,
            r#""1.23e+06 0.1 0.000000e+00 1.2E+02""#,
        ),
        (r#"format("%6.2f|%06d|%+05d|% d", 3.14159, -42, 42, 2)"#, r#""  3.14|-00042|+0042| 2""#),
        (r#"format("%x|%#x|%#o|%#b", -255, 255, 8, 5)"#, r#""-ff|0xff|010|0b101""#),
        (r#"format("%3s|%-3s|%03s|%5t", "é", "é", "é", true)"#, r#""  é|é  |00é|true""#),
        (r#"format("%.3v|%+v", "abcdef", 1)"#, r#""abcdef|1""#),
        (r#"format("%#v %v", "x", { a = 1 })"#, r#""\"x\" {\"a\":1}""#),
        (r#"format("%s", "a", "b")"#, "? too many arguments"),
        (r#"format("%d", 1.5)"#, "? not a text"),
        (r#"format("%*d", 5, 3)"#, "? not a text"),
    ]);
}

#[test]
fn sets_are_walked_by_their_elements() {
    assert_values(&[
        (r#"[for k, v in toset(["x"]) : k]"#, r#"["x"]"#),
        (r#"{ for k, v in toset(["x"]) : k => v }"#, r#"{"x":"x"}"#),
        (r#""%{for k, v in toset(["x"])}${k}%{endfor}""#, r#""x""#),
        (r#"toset([3, 1, 2, 10])"#, "[1,2,3,10]"),
        (r#"setunion([1], ["a"])"#, r#"["1","a"]"#),
        (r#"tolist(toset(["b", "a"]))[0]"#, r#""a""#),
        (r#"try(toset(["a"])[0], "none")"#, r#""none""#),
        (r#"toset(["a", "a"]) == toset(["a"])"#, "true"),
        (r#"toset(["b", "a"])[*]"#, r#"["a","b"]"#),
        (r#"flatten([toset(["b", "a"]), "c"])"#, r#"["a","b","c"]"#),
    ]);
    let text = "variable \"v\" {\n  type = set(string)\n  default = [\"b\", \"a\", \"b\"]\n}\n\
                output \"x\" {\n  value = [for k, v in var.v : k]\n}\n";
    assert_eq!(Run::of(&[("main.tf", text)]).show("x"), r#"["a","b"]"#);
}

#[test]
fn elements_are_brought_to_one_type() {
    assert_values(&[
        (r#"tolist([1, "a", true])"#, r#"["1","a","true"]"#),
        (r#"tolist([[1], ["a"]])"#, r#"[["1"],["a"]]"#),
        (r#"try(tolist([1, true]), "refused")"#, r#""refused""#),
        (r#"try(tolist("a"), ["b"])"#, r#"["b"]"#),
        (
            r#"[can(tolist({ a = 1 })), can(tomap([])), can(toset("a")), can(tolist(null))]"#,
            "[false,false,false,true]",
        ),
        (r#"tomap({ a = 1, b = "x" })"#, r#"{"a":"1","b":"x"}"#),
        (r#"true ? 1 : "a""#, r#""1""#),
        (r#"true ? [1] : ["a"]"#, r#"["1"]"#),
        (r#"true ? [22, "a"] : [80, "b"]"#, r#"[22,"a"]"#),
        (r#"true ? [22, "a"] : null"#, r#"[22,"a"]"#),
        (r#"true ? [1] : ["a", "b"]"#, r#"["1"]"#),
        (r#"[coalesce(1, "a"), coalesce("", 1)]"#, r#"["1","1"]"#),
        (r#"distinct([1, "1"])"#, r#"["1"]"#),
        (r#"compact([1, ""])"#, r#"["1"]"#),
        (r#"contains(["80", 22], "22")"#, "false"),
        (r#"contains(tolist(["80", 22]), "22")"#, "true"),
        (r#"can({ for x in ["a", "a"] : x => 1 })"#, "false"),
    ]);
}

#[test]
fn what_cannot_be_known_says_why() {
    assert_values(&[
        (r#"file("x.json")"#, "? file() is not evaluated"),
        ("timestamp()", "? timestamp() is not evaluated"),
        ("var.absent", "? var.absent is not declared"),
        ("data.aws_ami.x.id", "? data.aws_ami.x is not declared"),
        (r#"upper(file("x"))"#, "? file() is not evaluated"),
        ("false && file(\"x\") == \"y\"", "false"),
        (r#"[file("x"), 1][1]"#, "1"),
        (r#"length([file("x")])"#, "1"),
        ("{}.a", "? no such attribute"),
        ("1 / 0", "? not a finite number"),
    ]);
}

#[test]
fn something_unknown_in_a_value_leaves_the_rest_known() {
    assert_values(&[
        (r#"{ a = file("x") } != null"#, "true"),
        (r#"[file("x")] == null"#, "false"),
        (r#"{ a = file("x") } == { a = 1 }"#, "? the provider sets it"),
        (r#"anytrue([file("x") == "", true])"#, "true"),
        (r#"anytrue([file("x") == "", false])"#, "? file() is not evaluated"),
        (r#"alltrue([file("x") == "", false])"#, "false"),
        ("alltrue([])", "true"),
        ("anytrue([null, false])", "false"),
        (r#"try(sort([file("x")]), "wrong")"#, "? the provider sets it"),
        (r#"try(sort([[]]), "right")"#, r#""right""#),
        (r#"try({}.a ? "b" : "c", "d")"#, r#""d""#),
        (r#"coalesce(null, [])"#, "[]"),
    ]);
}

#[test]
fn a_text_keeps_what_is_known_of_it() {
    let run = Run::of(&[(
        "main.tf",
        "variable \"v\" {}\noutput \"x\" { value = jsonencode({ a = \"arn:${var.v}\", b = 1 }) }",
    )]);
    let Value::Unknown(why) = &run.outputs["x"] else { panic!() };
    let Unknown { reason, text, .. } = &**why;
    assert_eq!(*reason, Reason::NotGiven("v".into()));
    assert_eq!(text.as_deref(), Some("{\"a\":\"arn:\u{f8ff}\",\"b\":1}"));
}

#[test]
fn names_are_found_in_any_order() {
    let run = Run::of(&[(
        "main.tf",
        r#"
        output "bucket" { value = aws_s3_bucket.b.bucket }
        output "all" { value = [for b in aws_s3_bucket.many : b.bucket] }
        output "splat" { value = aws_s3_bucket.many[*].bucket }
        output "each" { value = aws_s3_bucket.each["x"].bucket }
        output "id" { value = aws_instance.i.id }
        resource "aws_s3_bucket" "b" { bucket = local.name }
        resource "aws_s3_bucket" "many" {
          count  = 2
          bucket = "b${count.index}"
        }
        resource "aws_s3_bucket" "each" {
          for_each = toset(["x", "y"])
          bucket   = "${each.key}-${each.value}"
        }
        resource "aws_instance" "i" {}
        locals { name = "${var.prefix}-logs" }
        variable "prefix" { default = "acme" }
        "#,
    )]);
    assert_eq!(run.show("bucket"), r#""acme-logs""#);
    assert_eq!(run.show("all"), r#"["b0","b1"]"#);
    assert_eq!(run.show("splat"), r#"["b0","b1"]"#);
    assert_eq!(run.show("each"), r#""x-x""#);
    assert_eq!(run.show("id"), "? the provider sets it");
    assert_eq!(
        run.addresses(),
        [
            "aws_s3_bucket.b",
            "aws_s3_bucket.many[0]",
            "aws_s3_bucket.many[1]",
            "aws_s3_bucket.each[\"x\"]",
            "aws_s3_bucket.each[\"y\"]",
            "aws_instance.i",
        ]
    );
}

#[test]
fn modules_take_arguments_and_give_outputs() {
    let run = Run::of(&[
        (
            "main.tf",
            r#"
            module "net" {
              source   = "./modules/net"
              for_each = { a = true, b = false }
              public   = each.value
            }
            output "public" { value = module.net["a"].public }
            output "all" { value = { for k, m in module.net : k => m.public } }
            output "remote" { value = module.far.id }
            module "far" { source = "hashicorp/consul/aws" }
            "#,
        ),
        (
            "modules/net/main.tf",
            r#"
            variable "public" { type = bool }
            variable "settings" {
              type    = object({ size = optional(number, 3), name = optional(string) })
              default = {}
            }
            resource "aws_subnet" "s" { map_public_ip_on_launch = var.public }
            output "public" { value = aws_subnet.s.map_public_ip_on_launch }
            output "size" { value = var.settings.size }
            "#,
        ),
    ]);
    assert_eq!(run.show("public"), "true");
    assert_eq!(run.show("all"), r#"{"a":true,"b":false}"#);
    assert_eq!(run.show("remote"), "? the module far is not loaded");
    assert_eq!(
        run.addresses(),
        ["module.net[\"a\"].aws_subnet.s", "module.net[\"b\"].aws_subnet.s"]
    );
    assert_eq!(
        run.said,
        [
            "main.tf:10: module far is not loaded: hashicorp/consul/aws is not below the folder that is checked"
        ]
    );
}

#[test]
fn a_reference_leads_through_modules_to_its_resource() {
    let run = Run::of(&[
        (
            "main.tf",
            r#"
            resource "aws_s3_bucket" "b" {}
            resource "aws_s3_bucket" "other" {}
            module "block" {
              source = "./block"
              bucket = aws_s3_bucket.b.id
            }
            "#,
        ),
        (
            "block/main.tf",
            r#"
            variable "bucket" {}
            resource "aws_s3_bucket_public_access_block" "p" { bucket = var.bucket }
            "#,
        ),
    ]);
    let block = run.resources.of("aws_s3_bucket_public_access_block").next().unwrap();
    let named: Vec<_> = run
        .resources
        .of("aws_s3_bucket")
        .filter(|bucket| block.get("bucket").names(bucket, "bucket"))
        .map(|bucket| &*bucket.address)
        .collect();
    assert_eq!(named, ["aws_s3_bucket.b"]);
}

#[test]
fn dynamic_blocks_become_the_blocks_they_stand_for() {
    let run = Run::of(&[(
        "main.tf",
        r#"
        resource "aws_security_group" "g" {
          dynamic "ingress" {
            for_each = [22, 80]
            iterator = port
            content {
              from_port = port.value
              note      = port.key
            }
          }
          dynamic "egress" {
            for_each = []
            content {}
          }
        }
        "#,
    )]);
    let group = run.resources.of("aws_security_group").next().unwrap();
    let ports: Vec<_> =
        group.blocks("ingress").map(|rule| rule.get("from_port").number_or(0.0)).collect();
    assert_eq!(ports, [Some(22.0), Some(80.0)]);
    assert_eq!(group.blocks("egress").count(), 0);
    assert_eq!(group.block("ingress").unwrap().place.lines.start, 6);
}

#[test]
fn a_cycle_is_unknown_and_said() {
    let run = Run::of(&[(
        "main.tf",
        "locals {\n  a = local.b\n  b = local.a\n}\noutput \"x\" { value = local.a }\n",
    )]);
    assert_eq!(run.show("x"), "? local.a depends on itself");
    assert_eq!(run.said, ["local.a depends on itself"]);
}

#[test]
fn a_module_that_includes_itself_is_not_followed() {
    let run = Run::of(&[
        ("main.tf", "module \"a\" { source = \"./a\" }"),
        ("a/main.tf", "module \"b\" { source = \"../a\" }\nresource \"aws_vpc\" \"v\" {}"),
    ]);
    assert_eq!(run.addresses(), ["module.a.aws_vpc.v"]);
    assert_eq!(run.said, ["a/main.tf:1: module b includes itself: a"]);
}

#[test]
fn limits_hold_whatever_the_input() {
    let doubling = (1..60)
        .map(|n| format!("  a{n} = \"${{local.a{m}}}${{local.a{m}}}\"\n", m = n - 1))
        .collect::<String>();
    let lists = (1..60)
        .map(|n| format!("  l{n} = [local.l{m}, local.l{m}]\n", m = n - 1))
        .collect::<String>();
    let chain = (1..2000).map(|n| format!("  c{n} = local.c{m}\n", m = n - 1)).collect::<String>();
    let text = format!(
        "locals {{\n  a0 = \"x\"\n{doubling}  l0 = []\n{lists}  c0 = 1\n{chain}\
         f = [for i in range(1000) : [for j in range(1000) : [for k in range(1000) : k]]]\n}}\n\
         output \"a\" {{ value = local.a59 }}\noutput \"l\" {{ value = local.l59 == local.l59 }}\n\
         output \"c\" {{ value = local.c1999 }}\noutput \"f\" {{ value = length(local.f) }}\n\
         resource \"aws_vpc\" \"many\" {{ count = 1e9 }}\n\
         resource \"aws_vpc\" \"more\" {{ for_each = {{ for i in range(1024) : i => i }} }}\n"
    );
    let started = Instant::now();
    let limits = Limits { max_steps: 1_000_000, ..Limits::default() };
    let run = Run::within(&[("main.tf", &text)], &limits);
    for output in ["a", "l", "c", "f"] {
        assert!(run.show(output).starts_with("? the limit of"), "{output}: {}", run.show(output));
    }
    assert!(run.said.iter().any(|said| said.contains("max_instances of 100000")), "{:?}", run.said);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn literal_text_is_paid_for() {
    let literal = "x".repeat(1 << 20);
    let text = format!("output \"x\" {{ value = [for i in range(1024) : \"{literal}${{i}}\"] }}\n");
    let limits = Limits { max_steps: 1_000_000, ..Limits::default() };
    let run = Run::within(&[("main.tf", &text)], &limits);
    assert!(run.said.iter().any(|said| said.contains("max_steps")), "{:?}", run.said);
}

/// A text of 2 to the 20 of a character, as `local.t`, and a list of 2^18 numbers as `local.r`.
fn large_values() -> String {
    let texts =
        (1..=10).map(|n| format!("  t{n} = \"${{local.t{m}}}${{local.t{m}}}\"\n", m = n - 1));
    let lists = (1..=8).map(|n| {
        format!(
            "  r{n} = concat(local.r{m}, [for x in local.r{m} : x + {step}])\n",
            m = n - 1,
            step = 10_000 << n
        )
    });
    format!(
        "locals {{\n  t0 = \"{}\"\n  r0 = range(1024)\n{}{}  t = local.t10\n  r = local.r8\n}}\n",
        "\\n".repeat(1024),
        texts.collect::<String>(),
        lists.collect::<String>(),
    )
}

/// Each would take minutes or all memory, were it not stopped.
#[test]
fn what_is_made_is_paid_for() {
    let values = large_values();
    for expression in [
        // Texts that grow, known or not.
        "[for i in range(1024) : length(indent(15, local.t))]",
        "[for i in range(1024) : join(local.t, [i, uuid(), i])]",
        "[for i in range(1024) : format(\"%s%s\", local.t, i)]",
        "[for i in range(1024) : jsonencode(local.t)]",
        // Searches of which each goes to the end.
        "regexall(\".*z|\\n\", local.t)",
        "replace(local.t, \"/.*z|\\n/\", \"\")",
        "[for i in range(1024) : [for j in range(1024) : can(regex(\"${i}.${j}\", \"\"))]]",
        // What is only looked at.
        "[for i in range(1024) : [for j in range(1024) : local.r == []]]",
        "[for i in range(1024) : [for j in range(1024) : local.r[*].a[0]]]",
        "[for a in range(1024) : [for b in range(1024) : [for x in local.r : local.r]]]",
        "[for i in range(1024) : [for j in range(1024) : try({ (local.t) = 1 }[local.t], 1)]]",
    ] {
        let text = format!("{values}output \"x\" {{ value = {expression} }}\n");
        let limits = Limits { max_steps: 6_000_000, ..Limits::default() };
        let run = Run::within(&[("main.tf", &text)], &limits);
        assert!(
            run.said.iter().any(|said| said.contains("max_steps")),
            "{expression}: {:?}",
            run.said
        );
    }
}

#[test]
fn what_would_be_too_large_is_not_made() {
    let values = large_values();
    for expression in [
        "split(\"\", \"${local.t}x\")",
        "jsondecode(\"[${local.t}]x\")",
        "formatlist(\"${local.t}%s\", local.r)",
        "setproduct([for x in local.r1 : [x]]...)",
        "setproduct(local.r0, local.r0, local.r0)",
    ] {
        let text = format!("{values}output \"x\" {{ value = {expression} }}\n");
        let shown = Run::of(&[("main.tf", &text)]).show("x");
        assert!(shown.starts_with("? "), "{expression}: {shown}");
    }
}

#[test]
fn a_bound_of_a_function_is_no_error_of_the_configuration() {
    let values = large_values();
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for expression in [
        "csvdecode(\"${local.t}x\")",
        "format(\"%v\", [for i in range(20) : local.t])",
        "formatlist(\"${local.t}%s\", local.r)",
        "indent(1000, local.t)",
        "indent(2000, \"a\")",
        "join(local.t, range(20))",
        "jsondecode(\"[${replace(local.t, \"\\n\", \"1,\")}1]\")",
        &format!("jsondecode(\"{deep}\")"),
        "parseint(\"99999999999999999999\", 10)",
        "regex(\"((a{100}){100}){100}\", \"a\")",
        "regexall(\"b\", \"${local.t}x\")",
        "replace(local.t, \"\\n\", \"12345678901234567890\")",
        "setproduct(local.r0, local.r0, local.r0)",
        "split(\"\", \"${local.t}x\")",
        &format!("yamldecode(\"{deep}\")"),
    ] {
        let text = format!(
            "{values}output \"can\" {{ value = can({expression}) }}\n\
             output \"try\" {{ value = try({expression}, true) }}\n"
        );
        let limits = Limits { max_steps: 100_000_000, ..Limits::default() };
        let run = Run::within(&[("main.tf", &text)], &limits);
        for output in ["can", "try"] {
            let shown = run.show(output);
            assert!(shown.starts_with("? the limit of"), "{output} {expression}: {shown}");
        }
        let told = run.said.iter().any(|said| said.contains("a value is unknown: the limit of"));
        assert!(told, "{expression}: {:?}", run.said);
    }
}

#[test]
fn a_document_may_be_long_if_its_value_is_small() {
    let values = large_values();
    for (expression, expected) in [
        ("jsondecode(jsonencode({ a = false, b = \"${local.t}x\" })).a", "false"),
        ("try(yamldecode(jsonencode({ a = false, b = \"${local.t}x\" })).a, true)", "false"),
    ] {
        let text = format!("{values}output \"x\" {{ value = {expression} }}\n");
        assert_eq!(Run::of(&[("main.tf", &text)]).show("x"), expected, "{expression}");
    }
}

#[test]
fn sets_of_thousands_are_compared_by_their_hashes() {
    let values = large_values();
    let text = format!(
        "{values}locals {{\n  w = [for x in local.r : [x]]\n  v = [for x in local.r : [x + 0.5]]\n}}\n\
         output \"d\" {{ value = length(distinct(local.w)) == length(distinct(local.r)) }}\n\
         output \"s\" {{ value = length(setsubtract(local.w, local.v)) }}\n\
         output \"i\" {{ value = setintersection(local.w, local.v, local.v) }}\n\
         output \"m\" {{ value = matchkeys(local.w, local.w, local.v) }}\n"
    );
    let started = Instant::now();
    let limits = Limits { max_steps: 100_000_000, ..Limits::default() };
    let run = Run::within(&[("main.tf", &text)], &limits);
    assert_eq!(run.show("d"), "true");
    assert_eq!([run.show("i"), run.show("m")], ["[]", "[]"]);
    assert!(run.show("s").parse::<usize>().unwrap() > 100_000);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn a_type_of_many_attributes_is_paid_for() {
    let fields: String = (0..2000).map(|n| format!("a{n} = optional(string)\n")).collect();
    let text = format!(
        "variable \"v\" {{\n  type = list(object({{ {fields} }}))\n  \
         default = flatten([for i in range(1000) : [for j in range(500) : {{}}]])\n}}\n\
         output \"x\" {{ value = length(var.v) }}\n"
    );
    let run = Run::of(&[("main.tf", &text)]);
    assert!(run.said.iter().any(|said| said.contains("max_steps")), "{:?}", run.said);
}

#[test]
fn names_have_an_end() {
    let long = "a".repeat(1025);
    for text in [format!("{long} = 1\n"), format!("a \"{long}\" {{}}\n"), format!("x = {long}.b\n")]
    {
        assert!(syntax::parse(&text, &Limits::default()).is_err());
        assert!(syntax::parse(&text.replacen(&long, &long[1..], 1), &Limits::default()).is_ok());
    }
    let json = format!("{{\"resource\": {{\"a\": {{\"{long}\": {{}}}}}}}}");
    assert!(syntax::parse_json(&json, &Limits::default()).is_err());
}

#[test]
fn a_value_that_wraps_itself_ends() {
    let open = "[".repeat(100);
    let close = "]".repeat(100);
    let mut text = String::from("locals {\n  l0 = 1\n}\n");
    for n in 1..400 {
        text.push_str(&format!(
            "resource \"aws_vpc\" \"v{n}\" {{\n  x = local.l{n}\n}}\n\
             locals {{\n  l{n} = {open}local.l{m}{close}\n}}\n",
            m = n - 1
        ));
    }
    text.push_str("output \"x\" { value = jsonencode(local.l399) }\n");
    let run = Run::of(&[("main.tf", &text)]);
    assert_eq!(run.show("x"), "? the limit of the size of a value was reached");
    assert!(run.said[0].contains("the limit of the size of a value was reached"));
    assert_eq!(run.addresses().len(), 399);
}

#[test]
fn no_file_is_nested_deeper_than_allowed() {
    for open in ["[", "(", "{ a = ", "!", "-", "[for x in ", "true ? true : ", "f(", "\"${", "a["] {
        let text = format!("x = {}", open.repeat(100_000));
        let error = syntax::parse(&text, &Limits::default()).unwrap_err();
        assert!(error.to_string().contains("128 levels"), "{open}: {error}");
    }
    let blocks = "a {\n".repeat(100_000);
    assert!(syntax::parse(&blocks, &Limits::default()).is_err());
    let json = "[".repeat(100_000);
    assert!(syntax::parse_json(&json, &Limits::default()).is_err());
    let directives = format!("x = \"{}\"", "%{ if true }".repeat(100_000));
    assert!(syntax::parse(&directives, &Limits::default()).is_err());
    // What is only long is no trouble.
    let long = format!("x = {}1{}", "1 + ".repeat(100_000), ".a".repeat(0));
    assert!(syntax::parse(&long, &Limits::default()).is_ok());
    let steps = format!("x = a{}", ".b".repeat(100_000));
    assert!(syntax::parse(&steps, &Limits::default()).is_ok());
}

#[test]
fn a_scope_that_is_not_there_is_no_trouble() {
    let modules = BTreeMap::new();
    let limits = Limits::default();
    let mut evaluator = Evaluator::new(&modules, &[], &limits);
    assert!(evaluator.resources(ScopeId(7)).is_empty());
}

#[test]
fn what_is_not_known_is_said_once() {
    let run = Run::of(&[(
        "main.tf",
        "variable \"a\" {}\nvariable \"b\" {}\noutput \"x\" { value = [var.a, var.b, var.a] }\n\
         output \"y\" { value = [file(\"x\"), file(\"y\"), uuid()] }\n",
    )]);
    let told = "what depends on that is unknown, and no failure; of what it counts, one is checked";
    assert_eq!(
        run.said,
        [
            format!("main.tf: no value is given for var.a, var.b: {told}"),
            format!("main.tf: not evaluated: file(), uuid(): {told}"),
        ]
    );
}
