//! The order in which resources that refer to each other are created: where no other is left,
//! one is created without the references that cannot be fulfilled yet.

use std::collections::{BTreeMap, BTreeSet};

/// One creation of a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Creation {
    /// Which operation.
    pub(super) operation: usize,
    /// Those to which it refers that are not created yet.
    pub(super) missing: BTreeSet<usize>,
}

/// The order for a circle, given what each of its operations needs within it; `None` if none of
/// those that are left can wait for their references.
pub(super) fn creations(
    needs: BTreeMap<usize, BTreeSet<usize>>,
    can_wait: &dyn Fn(usize) -> bool,
) -> Option<Vec<Creation>> {
    let mut needed_by: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (operation, needs) in &needs {
        for need in needs {
            needed_by.entry(*need).or_default().push(*operation);
        }
    }
    let mut left = needs;
    let mut ready: BTreeSet<usize> = BTreeSet::new();
    let mut waiting: BTreeSet<usize> = left.keys().copied().filter(|o| can_wait(*o)).collect();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let operation = ready.pop_first().or_else(|| waiting.pop_first())?;
        waiting.remove(&operation);
        let missing = left.remove(&operation)?;
        for other in needed_by.get(&operation).into_iter().flatten() {
            if let Some(needs) = left.get_mut(other) {
                needs.remove(&operation);
                if needs.is_empty() {
                    ready.insert(*other);
                }
            }
        }
        order.push(Creation { operation, missing });
    }
    Some(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(needs: &[(usize, &[usize])], stuck: &[usize]) -> Option<Vec<(usize, Vec<usize>)>> {
        let needs = needs.iter().map(|(o, needs)| (*o, needs.iter().copied().collect())).collect();
        let order = creations(needs, &|operation| !stuck.contains(&operation))?;
        let plain = |c: Creation| (c.operation, c.missing.into_iter().collect());
        Some(order.into_iter().map(plain).collect())
    }

    #[test]
    fn one_waits_and_the_others_follow_t_b3() {
        assert_eq!(order(&[(0, &[1]), (1, &[0])], &[]).unwrap(), [(0, vec![1]), (1, vec![])]);
        assert_eq!(order(&[(0, &[1]), (1, &[0])], &[0]).unwrap(), [(1, vec![0]), (0, vec![])]);
        assert_eq!(order(&[(4, &[4])], &[]).unwrap(), [(4, vec![4])]);
        assert_eq!(
            order(&[(0, &[1]), (1, &[2]), (2, &[0])], &[]).unwrap(),
            [(0, vec![1]), (2, vec![]), (1, vec![])]
        );
    }

    #[test]
    fn where_none_can_wait_there_is_no_order_t_b3() {
        assert_eq!(order(&[(0, &[1]), (1, &[0])], &[0, 1]), None);
        assert_eq!(order(&[(0, &[0])], &[0]), None);
    }
}
