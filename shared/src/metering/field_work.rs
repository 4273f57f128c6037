//! What a reader does besides reading (現地作業): the kinds of it, with codes that never change.

use serde::{Deserialize, Serialize};

use crate::connection::coded;

coded! {
    /// What the office sends somebody out for (作業指示).
    WorkOrderKind {
        /// A new user's water is turned on and the dials are noted (開栓).
        Start = 1, "start", "開栓";
        /// A user leaves: last reading and settlement (中止精算).
        Stop = 2, "stop", "中止精算";
        /// The meter is exchanged (メーター交換).
        MeterExchange = 3, "meter_exchange", "メーター交換";
        /// The dials are read once more (再検針).
        ReadAgain = 4, "read_again", "再検針";
        /// Somebody looks for a leak and tests the meter (漏水調査).
        LeakSurvey = 5, "leak_survey", "漏水調査";
        /// The supply is cut for arrears: notice, cut, release (給水停止).
        Suspension = 6, "suspension", "給水停止";
    }
}

coded! {
    /// Why a meter is exchanged (交換理由).
    ExchangeReason {
        /// Its eight years are over (検定満期).
        Expired = 1, "expired", "検定満期";
        /// It does not count as it should (故障).
        Faulty = 2, "faulty", "故障";
        /// It is broken or gone (破損・亡失).
        Broken = 3, "broken", "破損・亡失";
        /// Another size is wanted (口径変更).
        Resized = 4, "resized", "口径変更";
        /// It is taken to the bench for a test (メーター試験).
        Tested = 5, "tested", "メーター試験";
    }
}

coded! {
    /// What a reader reports that is no reading (連絡事項).
    NoteKind {
        /// Name, shop or room differ from the list (使用者・屋号相違).
        UserDiffers = 1, "user_differs", "使用者・屋号相違";
        /// A house that is not on the list (新築・未登録).
        NewBuilding = 2, "new_building", "新築・未登録";
        /// The house is gone (家屋なし).
        Demolished = 3, "demolished", "家屋なし・解体";
        /// The meter lies elsewhere (メーター位置).
        MeterPosition = 4, "meter_position", "メーター位置の変更";
        /// Lid, box or stop tap need repair (修繕依頼).
        Repair = 5, "repair", "修繕依頼";
        /// Another order of walking is proposed (順路の変更提案).
        WalkOrder = 6, "walk_order", "順路の変更提案";
        /// A danger for the next reader (注意事項).
        Hazard = 7, "hazard", "注意事項";
        /// The customer asked for something (お客さまからの依頼).
        Request = 8, "request", "お客さまからの依頼";
        /// Anything else (その他).
        Other = 99, "other", "その他";
    }
}

coded! {
    /// What to know before one opens the gate (現地の注意).
    Hazard {
        /// A dog (犬).
        Dog = 1, "dog", "犬";
        /// A key or a code is needed (鍵).
        Key = 2, "key", "鍵";
        /// Call first (呼出し).
        CallFirst = 3, "call_first", "呼出し";
        /// Somebody has to be there (立会い).
        Attended = 4, "attended", "立会い";
        /// Steps, a ditch, a slope (足元).
        Footing = 5, "footing", "足元注意";
        /// A heavy lid or a deep box (重い蓋).
        HeavyLid = 6, "heavy_lid", "重い蓋";
        /// Traffic (車).
        Traffic = 7, "traffic", "車に注意";
        /// Wasps, snakes, boars (害虫・害獣).
        Animals = 8, "animals", "害虫・害獣";
    }
}

coded! {
    /// A step of a suspension (給水停止の段階).
    SuspensionStep {
        /// The notice was put in (予告書の投函).
        NoticePosted = 1, "notice_posted", "予告書を投函";
        /// The supply was cut (停水の執行).
        Cut = 2, "cut", "停水を執行";
        /// The supply was given back (停水の解除).
        Released = 3, "released", "停水を解除";
        /// It was not cut, for a reason (執行せず).
        NotCut = 4, "not_cut", "執行せず";
    }
}

coded! {
    /// How a supply is cut (停水の方法).
    CutMethod {
        /// The stop tap was closed and capped (止水栓・キャップ).
        StopTap = 1, "stop_tap", "止水栓を閉止";
        /// The meter was taken out (メーター撤去).
        MeterRemoved = 2, "meter_removed", "メーターを撤去";
        /// At the branch from the main (分水止め).
        AtMain = 3, "at_main", "分水で閉止";
    }
}

coded! {
    /// How a settlement is paid (精算の支払).
    SettlementPayment {
        /// By a bill that is sent (後日請求).
        Billed = 1, "billed", "後日請求";
        /// In cash, on the spot (現金).
        Cash = 2, "cash", "現金";
        /// With the last debit (口座振替).
        Debited = 3, "debited", "口座振替";
    }
}

coded! {
    /// Why a receipt counts for nothing (領収書の取消理由).
    ReceiptVoidReason {
        /// The printer stopped in the middle (印字不良).
        Misprinted = 1, "misprinted", "印字不良";
        /// Another amount was right (金額の誤り).
        WrongAmount = 2, "wrong_amount", "金額の誤り";
        /// The customer did not pay after all (受領せず).
        NotPaid = 3, "not_paid", "受領せず";
    }
}
