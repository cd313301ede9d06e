//! The endpoints, one file each.

mod administrator_create;
mod administrator_list;
mod administrator_revoke;
mod audit_list;
mod audit_verify;
mod comparison_begin;
mod comparison_findings;
mod comparison_get;
mod comparison_latest;
mod deliveries;
mod entry_delete;
mod entry_get;
mod entry_list;
mod entry_put;
mod estate_get;
mod estate_plan;
mod estate_put;
mod explanation;
mod failed;
mod failed_causes;
mod history;
mod kinds;
mod leavers;
mod me;
mod notifications;
mod pause_delete;
mod pause_get;
mod pause_put;
mod plan_apply;
mod plan_get;
mod plan_make;
mod plan_pairs;
mod provision;
mod schema;
mod status;
mod streams;
mod target_check;
mod target_retry;
mod token_create;
mod token_list;
mod token_revoke;
mod wave_get;
mod wave_list;
mod wave_pairs;
mod wave_reject;
mod wave_release;

use super::endpoint::Endpoint;

/// Every endpoint. Those of each sort of entry of the estate come at the end.
pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut all = vec![
        me::endpoint(),
        estate_get::endpoint(),
        estate_plan::endpoint(),
        estate_put::endpoint(),
        token_list::endpoint(),
        token_create::endpoint(),
        token_revoke::endpoint(),
        status::endpoint(),
        streams::endpoint(),
        target_check::endpoint(),
        target_retry::endpoint(),
        failed::endpoint(),
        failed_causes::endpoint(),
        leavers::endpoint(),
        deliveries::of_target(),
        deliveries::of_pair(),
        explanation::endpoint(),
        provision::endpoint(),
        pause_get::endpoint(),
        pause_put::endpoint(),
        pause_delete::endpoint(),
        wave_list::endpoint(),
        wave_get::endpoint(),
        wave_pairs::endpoint(),
        wave_release::endpoint(),
        wave_reject::endpoint(),
        comparison_begin::endpoint(),
        comparison_latest::endpoint(),
        comparison_get::endpoint(),
        comparison_findings::endpoint(),
        plan_make::endpoint(),
        plan_get::endpoint(),
        plan_pairs::endpoint(),
        plan_apply::endpoint(),
        history::endpoint(),
        notifications::endpoint(),
        audit_list::endpoint(),
        audit_verify::endpoint(),
        administrator_list::endpoint(),
        administrator_create::endpoint(),
        administrator_revoke::endpoint(),
    ];
    for kind in &kinds::KINDS {
        all.extend([
            entry_list::endpoint(kind),
            entry_get::endpoint(kind),
            entry_put::endpoint(kind),
            entry_delete::endpoint(kind),
        ]);
    }
    all
}
