//! Finds the VEX statement that applies to a finding.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sealift_matcher::Finding;
use sealift_model::{Package, Purl, Relationship, Timestamp};

use super::ancestors::Ancestors;
use super::{Scanned, Unused, UnusedReason};
use crate::pattern::{self, Comparison};
use crate::vex::{Product, Statement, VersionRange, VexDocument};

/// The statement that counts for each finding.
pub(super) struct Verdicts<'v> {
    newest: HashMap<usize, Said<'v>>,
    pub(super) unused: Vec<Unused>,
}

/// A statement that applies to a finding.
#[derive(Clone, Copy)]
struct Said<'v> {
    document: &'v VexDocument,
    statement: &'v Statement,
    /// Its position among all statements.
    order: usize,
}

impl Said<'_> {
    /// Returns a sort key: newer statements are greater; one without a time is older than any.
    fn age(&self) -> (Option<Timestamp>, usize) {
        (self.statement.time, self.order)
    }
}

impl<'v> Verdicts<'v> {
    pub(super) fn of(
        documents: &'v [VexDocument],
        findings: &[Finding],
        scanned: &Scanned<'_>,
    ) -> Self {
        let ids = by_id(findings);
        let holders = Holders::of(scanned);
        let mut verdicts = Self { newest: HashMap::new(), unused: Vec::new() };
        let mut applied: Vec<Said<'v>> = Vec::new();
        let mut order = 0;
        for document in documents {
            for statement in &document.statements {
                order += 1;
                let said = Said { document, statement, order };
                match verdicts.consider(said, findings, &ids, &holders) {
                    None => applied.push(said),
                    Some(reason) => verdicts.unused.push(unused(document, statement, reason)),
                }
            }
            verdicts.unused.extend(document.unusable.iter().map(|it| Unused {
                source: document.name.clone(),
                place: it.place.clone(),
                id: it.id.clone(),
                reason: UnusedReason::Unusable {
                    why: it.reason.clone(),
                    is_about_findings: it.id.is_empty()
                        || ids.contains_key(&it.id.to_ascii_lowercase()),
                },
            }));
        }
        let counting: HashSet<usize> = verdicts.newest.values().map(|said| said.order).collect();
        let overruled = applied.into_iter().filter(|said| !counting.contains(&said.order));
        verdicts.unused.extend(
            overruled.map(|said| unused(said.document, said.statement, UnusedReason::Overruled)),
        );
        verdicts
    }

    pub(super) fn of_finding(&self, index: usize) -> Option<(&'v VexDocument, &'v Statement)> {
        self.newest.get(&index).map(|said| (said.document, said.statement))
    }

    /// Records a statement for each finding that it applies to; else returns why it applies to
    /// none.
    fn consider(
        &mut self,
        said: Said<'v>,
        findings: &[Finding],
        ids: &HashMap<String, Vec<usize>>,
        holders: &Holders<'_>,
    ) -> Option<UnusedReason> {
        let statement = said.statement;
        let mut named: Vec<usize> = statement
            .ids
            .iter()
            .filter_map(|id| ids.get(&id.to_ascii_lowercase()))
            .flatten()
            .copied()
            .collect();
        named.sort_unstable();
        named.dedup();
        let mut speaks = false;
        let mut near = None;
        for index in &named {
            let Some(finding) = findings.get(*index) else { continue };
            match holders.relation(&statement.products, finding.package) {
                Comparison::Equal => {
                    speaks = true;
                    let newest = self.newest.entry(*index).or_insert(said);
                    if said.age() > newest.age() {
                        *newest = said;
                    }
                }
                Comparison::Near(difference) => drop(near.get_or_insert(difference)),
                Comparison::Other => {}
            }
        }
        let product = || statement.products.first().map_or("", |product| &product.name).to_owned();
        match near {
            _ if speaks => None,
            Some(difference) => Some(UnusedReason::Near { product: product(), difference }),
            None if named.is_empty() => Some(UnusedReason::NoFinding),
            None => Some(UnusedReason::OtherProduct { product: product() }),
        }
    }
}

fn unused(document: &VexDocument, statement: &Statement, reason: UnusedReason) -> Unused {
    Unused {
        source: document.name.clone(),
        place: statement.place.clone(),
        id: statement.ids.first().cloned().unwrap_or_default(),
        reason,
    }
}

/// Indexes the findings by each of their ids, in lower case.
fn by_id(findings: &[Finding]) -> HashMap<String, Vec<usize>> {
    let mut ids: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let own = std::iter::once(&finding.id).chain(&finding.record_ids).chain(&finding.aliases);
        for id in own {
            ids.entry(id.to_ascii_lowercase()).or_default().push(at);
        }
    }
    ids
}

/// The things that a package is a part of: the target, the project of its lockfile or program, and
/// the packages that depend on it there.
struct Holders<'s> {
    scanned: &'s Scanned<'s>,
    /// Built on first use.
    ancestors: OnceCell<Ancestors<'s>>,
    roots: BTreeMap<&'s str, Vec<&'s Purl>>,
}

impl<'s> Holders<'s> {
    fn of(scanned: &'s Scanned<'s>) -> Self {
        let mut roots: BTreeMap<&str, Vec<&Purl>> = BTreeMap::new();
        let packages = scanned.inventory.packages.iter();
        for package in packages.filter(|package| package.relationship == Relationship::Root) {
            for place in &package.locations {
                roots.entry(&place.path).or_default().push(&package.purl);
            }
        }
        Self { scanned, ancestors: OnceCell::new(), roots }
    }

    /// Compares a package with the products of a statement, and returns the nearest result.
    fn relation(&self, products: &[Product], at: usize) -> Comparison {
        let Some(package) = self.scanned.inventory.packages.get(at) else {
            return Comparison::Other;
        };
        let nearest = nearest(products.iter().map(|product| self.of_product(product, package)));
        match nearest {
            Comparison::Equal => nearest,
            _ if self.is_below(products, at, package) => Comparison::Equal,
            _ => nearest,
        }
    }

    /// Whether every path to a package in its projects leads through products of the statement that
    /// apply to the package.
    fn is_below(&self, products: &[Product], at: usize, package: &Package) -> bool {
        if package.relationship != Relationship::Indirect {
            return false;
        }
        let packages = &self.scanned.inventory.packages;
        let ancestors = self.ancestors.get_or_init(|| Ancestors::of(packages));
        let mut stated = BTreeSet::new();
        for product in products.iter().filter(|product| self.speaks_of(product, package)) {
            let versions = product.versions.as_deref();
            for purl in &product.purls {
                let named = ancestors.named(purl);
                let named = named
                    .filter(|(_, own)| compare(purl, versions, &own.purl) == Comparison::Equal);
                stated.extend(named.map(|(at, _)| at));
            }
        }
        !stated.is_empty() && ancestors.are_all(at, &stated)
    }

    /// Whether a product of this target covers a package anywhere in it.
    fn speaks_of(&self, product: &Product, package: &Package) -> bool {
        let versions = product.component_versions.as_deref();
        let mut parts = product.components.iter();
        let is_here = product.document.is_none() || product.document == self.scanned.link;
        is_here
            && (product.components.is_empty()
                || parts.any(|part| compare(part, versions, &package.purl) == Comparison::Equal))
    }

    fn of_product(&self, product: &Product, package: &Package) -> Comparison {
        let comparison = self.of_any_document(product, package);
        match &product.document {
            Some(link)
                if comparison != Comparison::Other && self.scanned.link.as_ref() != Some(link) =>
            {
                Comparison::Near(format!("it is in the document {link}"))
            }
            _ => comparison,
        }
    }

    fn of_any_document(&self, product: &Product, package: &Package) -> Comparison {
        let holder = self.holder(product, package);
        let versions = product.versions.as_deref();
        if product.components.is_empty() {
            let own = product.purls.iter();
            let own = own.map(|stated| compare(stated, versions, &package.purl));
            let by_digest = package
                .digest
                .as_ref()
                .is_some_and(|digest| product.digests.contains(&digest.hex()));
            return match by_digest {
                true => Comparison::Equal,
                false => nearest(own.chain([holder])),
            };
        }
        let versions = product.component_versions.as_deref();
        let part = product.components.iter();
        let part = part.map(|stated| compare(stated, versions, &package.purl));
        match (holder, nearest(part)) {
            (Comparison::Other, _) | (_, Comparison::Other) => Comparison::Other,
            (Comparison::Near(difference), _) => {
                Comparison::Near(format!("of the product {difference}"))
            }
            (_, part) => part,
        }
    }

    /// Whether a purl names an image by the digest of the scanned one. A layout or an archive is in
    /// no registry, and has no name of its own to compare.
    fn has_digest(&self, purl: &Purl) -> bool {
        let digest = purl.version().and_then(|version| version.strip_prefix("sha256:"));
        purl.kind() == "oci"
            && digest.is_some_and(|hex| self.scanned.digests.iter().any(|known| known == hex))
    }

    /// Compares the product with the things that the package is a part of.
    fn holder(&self, product: &Product, package: &Package) -> Comparison {
        if self.scanned.digests.iter().any(|digest| product.digests.contains(digest)) {
            return Comparison::Equal;
        }
        if self.scanned.purls.is_empty() && product.purls.iter().any(|purl| self.has_digest(purl)) {
            return Comparison::Equal;
        }
        let versions = product.versions.as_deref();
        let stated = |purl: &Purl| {
            nearest(product.purls.iter().map(|stated| compare(stated, versions, purl)))
        };
        let targets = nearest(self.scanned.purls.iter().map(stated));
        // The same package may be in several projects: the product must match each of them.
        let projects = package.locations.iter().map(|place| {
            let roots = self.roots.get(place.path.as_str()).into_iter().flatten();
            nearest(roots.map(|root| stated(root)))
        });
        let everywhere = farthest(projects);
        nearest([targets, everywhere])
    }
}

/// Compares a package with one in a statement; `versions` applies where the stated purl has no
/// version.
fn compare(stated: &Purl, versions: Option<&VersionRange>, purl: &Purl) -> Comparison {
    match (pattern::compare(stated, purl), versions.filter(|_| stated.version().is_none())) {
        (Comparison::Equal, Some(versions)) => versions.compare(purl),
        (comparison, _) => comparison,
    }
}

fn nearest(comparisons: impl IntoIterator<Item = Comparison>) -> Comparison {
    let mut nearest = Comparison::Other;
    for comparison in comparisons {
        match comparison {
            Comparison::Equal => return Comparison::Equal,
            Comparison::Near(_) if nearest == Comparison::Other => nearest = comparison,
            _ => {}
        }
    }
    nearest
}

fn farthest(comparisons: impl IntoIterator<Item = Comparison>) -> Comparison {
    let mut farthest = None;
    for comparison in comparisons {
        match (&farthest, &comparison) {
            (_, Comparison::Other) => return Comparison::Other,
            (None | Some(Comparison::Equal), _) => farthest = Some(comparison),
            _ => {}
        }
    }
    farthest.unwrap_or(Comparison::Other)
}
