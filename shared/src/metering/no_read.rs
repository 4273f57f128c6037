//! Why a meter could not be read (検針不能), with the codes of the reading remarks.

use serde::{Deserialize, Serialize};

use crate::connection::coded;

coded! {
    /// The reason a planned connection stays unread in this round (検針不能理由).
    NoReadReason {
        /// The meter is indoors and nobody opens.
        Absent = 1, "absent", "不在（屋内メーター）";
        /// A car or goods stand on the lid.
        Obstructed = 2, "obstructed", "車・物が上にある";
        /// The glass is fogged or broken.
        Illegible = 4, "illegible", "クモリ・文字不明";
        /// The box is buried or cannot be found.
        Buried = 7, "buried", "埋没・位置不明";
        /// Snow or ice.
        Snow = 8, "snow", "積雪・凍結";
        /// Mud or water in the box.
        Submerged = 9, "submerged", "泥・冠水";
        /// A dog, a locked gate, or refusal.
        NoAccess = 10, "no_access", "犬・施錠・立入拒否";
        /// The meter is broken or gone.
        Broken = 13, "broken", "メーター破損・盗難・亡失";
        /// The house is gone: there is nothing to read any more.
        Gone = 18, "gone", "家屋なし・撤去済";
    }
}
