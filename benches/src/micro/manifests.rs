//! Checking Kubernetes manifests.

use granit_parser::Parser;
use sealift_misconfig::{Options, SourceFile, scan};

use crate::row;

const COUNT: usize = 200;

pub(crate) fn measure() {
    let manifests: Vec<_> =
        (0..COUNT).map(|number| (format!("{number}.yaml"), manifest(number))).collect();
    let files: Vec<_> =
        manifests.iter().map(|(path, text)| SourceFile::new(path, text.as_bytes())).collect();
    let options = Options::default();
    let checked = || scan(&files, &options).len();
    let read =
        || manifests.iter().map(|(_, text)| Parser::new_from_str(text).count()).sum::<usize>();
    row("check 200 manifests", checked, "read their YAML", read);
}

/// A deployment of two containers and its service, about 80 lines.
fn manifest(number: usize) -> String {
    let container = |name: &str| {
        format!(
            "      - name: {name}\n        image: registry.example/{name}:1.{number}\n        \
             command: [{name}, --port, \"8080\"]\n        env:\n        - name: MODE\n          \
             value: \"{number}\"\n        ports:\n        - containerPort: 8080\n        \
             resources:\n          limits:\n            cpu: 200m\n            memory: 128Mi\n          \
             requests:\n            cpu: 100m\n            memory: 64Mi\n        \
             securityContext:\n          allowPrivilegeEscalation: false\n          \
             capabilities:\n            drop: [ALL]\n        volumeMounts:\n        \
             - name: data\n          mountPath: /data\n"
        )
    };
    let labels = format!("app.kubernetes.io/name: app-{number}");
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{number}\n  \
         namespace: shop\n  labels:\n    {labels}\nspec:\n  replicas: 2\n  selector:\n    \
         matchLabels:\n      {labels}\n  template:\n    metadata:\n      labels:\n        {labels}\n    \
         spec:\n      containers:\n{}{}      volumes:\n      - name: data\n        emptyDir: {{}}\n---\n\
         apiVersion: v1\nkind: Service\nmetadata:\n  name: app-{number}\n  namespace: shop\nspec:\n  \
         selector:\n    {labels}\n  ports:\n  - port: 80\n    targetPort: 8080\n",
        container("web"),
        container("sidecar")
    )
}
