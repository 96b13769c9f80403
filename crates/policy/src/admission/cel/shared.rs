//! Answers of the surroundings, stored for as long as values borrow from them.

use std::cell::OnceCell;
use std::sync::Arc;

use serde_json::Value as Json;

/// Answers that are borrowed and not copied. It only grows.
#[derive(Debug, Default)]
pub(crate) struct Shared(OnceCell<Box<Node>>);

#[derive(Debug)]
struct Node {
    given: Arc<Json>,
    next: Shared,
}

impl Shared {
    /// Stores an answer; also returns how many were searched for an existing one.
    pub(super) fn keep(&self, given: Arc<Json>) -> (&Json, usize) {
        let (mut at, mut seen) = (self, 0);
        while let Some(node) = at.0.get() {
            if Arc::ptr_eq(&node.given, &given) {
                return (&node.given, seen);
            }
            (at, seen) = (&node.next, seen + 1);
        }
        let node = at.0.get_or_init(|| Box::new(Node { given, next: Self::default() }));
        (&node.given, seen)
    }
}

/// Drops the nodes one by one, since recursion over a long chain would overflow the stack.
impl Drop for Shared {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut node) = next {
            next = node.next.0.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_kept_stays_where_it_is() {
        let shared = Shared::default();
        let (one, two) = (Arc::new(json!([1])), Arc::new(json!([1])));
        let (first, _) = shared.keep(Arc::clone(&one));
        for _ in 0..100_000 {
            assert_eq!(shared.keep(Arc::clone(&two)).1, 1);
        }
        assert_eq!(shared.keep(Arc::clone(&one)), (first, 0));
        assert!(std::ptr::eq(first, &*one));
    }

    #[test]
    fn a_long_chain_takes_no_stack() {
        let mut shared = Shared::default();
        for at in 0..200_000 {
            shared = Shared(Box::new(Node { given: Arc::new(json!(at)), next: shared }).into());
        }
        assert_eq!(shared.keep(Arc::new(json!(null))).1, 200_000);
    }
}
