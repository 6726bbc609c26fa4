//! Scenes (转账场景): what the user may read, and what must be reported (v3-extended.md §10.1).

use serde_json::Value;

use crate::refusal::{Refusal, cause};

/// What a scene asks for. Where the dossier names no set, anything is taken.
struct Scene {
    id: &'static str,
    perceptions: &'static [&'static str],
    reports: &'static [&'static str],
}

/// Checks texts against the scene: the set of `info_type` is fixed, and so are the perceptions.
pub(crate) fn check_scene(
    id: &str,
    perception: Option<&str>,
    info_types: Option<&[&str]>,
) -> Result<(), Refusal> {
    let Some(scene) = SCENES.iter().find(|scene| scene.id == id) else {
        let value = Value::String(id.into());
        return Err(Refusal::param("转账场景不存在").at(
            "body",
            "/transfer_scene_id",
            Some(&value),
            "not one of the documented scenes",
        ));
    };
    let odd = |said: &&str| !scene.perceptions.is_empty() && !scene.perceptions.contains(said);
    if perception.as_ref().is_some_and(odd) {
        return Err(Refusal::invalid("暂不支持展示当前传入的用户收款感知", cause::PARAMETER));
    }
    let Some(said) = info_types else { return Ok(()) };
    let all = said.len() == scene.reports.len() && scene.reports.iter().all(|one| said.contains(one));
    if scene.reports.is_empty() || all {
        return Ok(());
    }
    Err(Refusal::param("需传入转账场景报备信息，请检查").at(
        "body",
        "/transfer_scene_report_infos",
        None,
        "the scene prescribes which info_type there are, each once",
    ))
}

const SCENES: &[Scene] = &[
    Scene {
        id: "1000", perceptions: &["现金奖励", "活动奖励"], reports: &["活动名称", "奖励说明"]
    },
    Scene { id: "1002", perceptions: &[], reports: &[] },
    Scene { id: "1004", perceptions: &[], reports: &[] },
    Scene { id: "1005", perceptions: &[], reports: &[] },
    Scene { id: "1006", perceptions: &[], reports: &[] },
    Scene { id: "1009", perceptions: &[], reports: &[] },
    Scene { id: "1010", perceptions: &[], reports: &[] },
    Scene { id: "1011", perceptions: &["退款", "商家赔付"], reports: &["赔付原因"] },
    Scene { id: "1013", perceptions: &[], reports: &[] },
];
