//! The form of a tariff file (料金表ファイルの形), as it is read and as editors are told of it.

use std::collections::BTreeMap;

use serde::Deserialize;

pub(super) use super::placed::{OneOrMore, Placed};
use crate::billing::volume::DeductionRule;
use crate::quantity::RoundingMode;

/// Gives each form what all of them have.
macro_rules! forms {
    ($($(#[$meta:meta])* struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $kind:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name { $($(#[$field_meta])* pub(super) $field: $kind,)* }
    )*};
}

/// Gives each choice of words what all of them have.
macro_rules! words {
    ($($(#[$meta:meta])* enum $name:ident { $($(#[$word_meta:meta])* $word:ident,)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub(super) enum $name { $($(#[$word_meta])* $word,)* }
    )*};
}

forms! {
    /// 料金表ファイル
    struct FileForm {
        /// 料金表の記号（改定ごとに変えます）
        code: Placed<String>,
        /// 画面と書類に出る名前
        name: Placed<String>,
        /// 公表されている場所
        source: Placed<String>,
        /// 公表されたものを読んだ日
        read_on: Option<Placed<String>>,
        /// 適用開始日
        valid_from: Placed<String>,
        /// 継続使用者の経過措置
        transition: Option<Placed<TransitionForm>>,
        /// 用途の名前
        #[serde(default)]
        use_classes: BTreeMap<String, Placed<String>>,
        /// 水道料金
        water: Option<Placed<ScheduleForm>>,
        /// 下水道使用料（事業者ごと）
        #[serde(default)]
        sewerage: Vec<Placed<ScheduleForm>>,
        /// 公表された計算例
        #[serde(default)]
        example: Vec<Placed<ExampleForm>>,
    }

    /// 経過措置
    struct TransitionForm {
        /// 継続使用者にいつから適用するか
        continuing: Option<ContinuingWord>,
        /// この日以後の最初の検針から適用
        first_reading_from: Option<Placed<String>>,
    }

    /// 1つの請求の料金表
    struct ScheduleForm {
        /// 他市町の下水道など、請求する事業者
        authority: Option<Placed<String>>,
        /// 料金表が何か月分か（1 か 2）
        table_months: Placed<u8>,
        /// 2か月分の水量の分け方
        #[serde(default)]
        split: SplitWord,
        /// 根拠の条項
        article: Option<String>,
        /// 消費税
        tax: Placed<TaxForm>,
        /// 端数処理
        #[serde(default)]
        rounding: Vec<Placed<RoundingForm>>,
        /// 段階の単価
        #[serde(default)]
        tiers: BTreeMap<String, Placed<Vec<Placed<TierForm>>>>,
        /// 口径・用途ごとの料金
        #[serde(default)]
        rate: Vec<Placed<RateForm>>,
        /// メーター使用料
        #[serde(default)]
        meter_rent: Vec<Placed<MeterRentForm>>,
        /// 日割・月割
        proration: Option<Placed<ProrationForm>>,
        /// 連用・共同住宅
        shared: Option<Placed<SharedForm>>,
        /// 減免
        #[serde(default)]
        relief: Vec<Placed<ReliefForm>>,
        /// 別に税と端数を計算するもの
        #[serde(default)]
        apart: Vec<Placed<ApartWord>>,
        /// 井戸水の汚水量（用途で違うときは [[sewerage.well]] を並べます）
        well: Option<Placed<OneOrMore<WellForm>>>,
        /// 減量認定
        deduction: Option<Placed<DeductionRule>>,
    }

    /// 消費税
    struct TaxForm {
        /// 税込の表か税抜の表か
        prices: PricesWord,
        /// 税抜のとき、どこで税を足すか
        per: Option<Placed<PerWord>>,
        /// 税率（％）
        percent: Option<Placed<u8>>,
        /// 時期による税率
        rates: Option<Placed<Vec<Placed<TaxRateForm>>>>,
        /// 内税額の端数処理
        mode: Option<RoundingMode>,
    }

    /// ある日からの税率
    struct TaxRateForm {
        /// 税率（％）
        percent: Placed<u8>,
        /// 適用開始日
        from: Placed<String>,
        /// 継続使用者にいつから適用するか
        continuing: Option<Placed<ContinuingWord>>,
        /// この日以後の最初の検針から適用
        first_reading_from: Option<Placed<String>>,
    }

    /// 端数処理
    struct RoundingForm {
        /// 何に対してか
        of: StageWord,
        /// 税を足す前か後か（税抜の表だけ）
        tax: Option<BeforeAfterWord>,
        /// 切捨て・四捨五入・切上げ
        mode: RoundingMode,
        /// 何円単位か（1・5・10・50・100・500・1000）
        step_yen: Placed<i64>,
        /// 根拠
        article: Placed<String>,
    }

    /// 井戸水の汚水量
    struct WellForm {
        /// 用途（省くとすべて）
        #[serde(default)]
        use_classes: Vec<Placed<String>>,
        /// 下の水量が何か月分か
        months: Placed<u8>,
        /// 井戸水だけのとき: 1人、2人、3人…の水量
        #[serde(default)]
        alone_m3: Vec<u32>,
        /// それより多い1人につき加える水量
        alone_more_m3: u32,
        /// 水道と併用のとき加える水量: 1人、2人、3人…
        #[serde(default)]
        with_tap_m3: Vec<u32>,
        /// それより多い1人につき加える水量
        with_tap_more_m3: u32,
        /// 併用のときも井戸水だけのときの水量以上にする
        #[serde(default)]
        at_least_alone: bool,
    }

    /// 段階
    struct TierForm {
        /// この単価で計算する最後の m³（最後の段階には書きません）
        to_m3: Option<u32>,
        /// 1m³の単価（円）
        yen: Placed<String>,
    }

    /// 口径・用途ごとの料金
    struct RateForm {
        /// 用途（省くとすべて）
        #[serde(default)]
        use_classes: Vec<Placed<String>>,
        /// 口径（省くとすべて）
        #[serde(default)]
        sizes_mm: Vec<Placed<u16>>,
        /// 基本料金（円）
        service_yen: Option<Placed<String>>,
        /// 基本水量
        included_m3: Option<Placed<u32>>,
        /// 水量によって変わる基本料金
        service_steps: Option<Placed<Vec<Placed<ServiceStepForm>>>>,
        /// 最低料金（円）
        minimum_yen: Option<Placed<String>>,
        /// 使う段階の表の名前
        tiers: Option<Placed<String>>,
        /// 段階の単価を全部の水量に使う（全量単価）
        #[serde(default)]
        by_last_tier: bool,
        /// この月数の期間だけの、その月数分の料金
        period_months: Option<Placed<u8>>,
        /// m³ の代わりに数えるもの
        unit: Option<Placed<UnitForm>>,
    }

    /// m³ の代わりに数えるもの（分・人・回）
    struct UnitForm {
        /// 呼び方
        name: Placed<String>,
        /// いくつごとに数えるか（端数は1つに数えます）
        each: Option<Placed<u32>>,
        /// 表の期間ごとに数えるか、請求に1度だけか
        per: UnitPerWord,
    }

    /// 基本料金の段階
    struct ServiceStepForm {
        /// この額になる最後の m³（最後の行は省けます）
        to_m3: Option<Placed<u32>>,
        /// 基本料金（円）
        yen: Placed<String>,
    }

    /// メーター使用料
    struct MeterRentForm {
        /// 口径（省くとすべて）
        #[serde(default)]
        sizes_mm: Vec<Placed<u16>>,
        /// 使用料（円）
        yen: Placed<String>,
    }

    /// 日割・月割
    struct ProrationForm {
        /// 日数の数え方
        count: Option<CountWord>,
        /// 1か月あたりこの日数以上なら全期間とみなす
        whole_from_days: Option<Placed<u16>>,
        /// 日数から月数への表
        months: Option<Placed<Vec<Placed<ProrationStepForm>>>>,
        /// 日割の1か月の日数
        days_per_month: Option<Placed<u8>>,
        /// 口径（省くとすべて。ほかの口径は全期間として計算します）
        #[serde(default)]
        sizes_mm: Vec<Placed<u16>>,
        /// 用途（省くとすべて）
        #[serde(default)]
        use_classes: Vec<Placed<String>>,
        /// 基本料金の扱い
        service: ServiceWord,
        /// メーター使用料の扱い（省くと基本料金と同じ）
        rent: Option<ServiceWord>,
        /// 割った基本料金の端数処理
        #[serde(default)]
        service_rounding: Vec<Placed<ProrationRoundingForm>>,
        /// 従量料金の扱い
        volume: Placed<VolumeWord>,
        /// 換算水量の端数処理
        volume_mode: Option<RoundingMode>,
        /// 最低額（税込・円）
        minimum_yen: Option<Placed<String>>,
        /// 割ったあと、税を足す前の端数処理
        #[serde(default)]
        rounding: Vec<Placed<ProrationRoundingForm>>,
    }

    /// 日数から月数へ
    struct ProrationStepForm {
        /// この月数とする最後の日数（最後の行には書きません）
        to_days: Option<u16>,
        /// この月数とする最後の m³（日数と両方に当てはまるとき）
        to_m3: Option<u32>,
        /// この月数とする最後の水量を、基本水量の何倍かで（"0.5" は基本水量の2分の1まで）
        to_included: Option<Placed<String>>,
        /// 月数（0.5 など）
        months: Placed<String>,
    }

    /// 割ったあとの端数処理
    struct ProrationRoundingForm {
        /// 切捨て・四捨五入・切上げ
        mode: RoundingMode,
        /// 何円単位か（1・5・10・50・100・500・1000）
        step_yen: Placed<i64>,
        /// 根拠
        article: Placed<String>,
    }

    /// 連用・共同住宅
    struct SharedForm {
        /// 各戸の料金を計算する口径（省くとメーターの口径）
        size_mm: Option<Placed<u16>>,
        /// 割り切れない水量の行き先
        remainder: RemainderWord,
        /// 基本料金とメーター使用料は、各戸の分か、メーターの分か
        #[serde(default)]
        service: SharedServiceWord,
        /// 端数処理の単位
        #[serde(default)]
        round_per: RoundPerWord,
    }

    /// 減免
    struct ReliefForm {
        /// 記号
        key: Placed<String>,
        /// 名前
        name: Placed<String>,
        /// 根拠
        article: Placed<String>,
        /// 何から引くか
        of: BasisWord,
        /// 割合（％）
        percent: Option<Placed<u8>>,
        /// 額（円）
        yen: Option<Placed<String>>,
        /// 無料にする水量
        free_m3: Option<Placed<u32>>,
        /// 上限（円）
        cap_yen: Option<Placed<String>>,
    }

    /// 計算例
    struct ExampleForm {
        /// 口径
        meter_mm: Placed<u16>,
        /// 用途
        use_class: Placed<String>,
        /// 何か月分か
        period_months: Placed<u8>,
        /// 使用水量
        usage_m3: u32,
        /// 水道料金（税込）
        water_yen: Option<i64>,
        /// 下水道使用料（税込）
        sewer_yen: Option<i64>,
        /// 合計（税込）
        total_yen: Option<i64>,
        /// 出典
        source: Placed<String>,
    }
}

words! {
    /// 継続使用者への適用
    enum ContinuingWord {
        /// 適用開始日以後の検針から
        ReadingDay,
        /// 全期間が適用開始日以後になる検針から
        WholeCycle,
        /// 日数で新旧に分ける
        Days,
    }

    /// 2か月分の水量の分け方
    #[derive(Default)]
    enum SplitWord {
        /// 端数は前の月へ
        #[default]
        First,
        /// 端数は後の月へ
        Last,
        /// 2分の1ずつ（表を2倍にする）
        Half,
    }

    /// 税込か税抜か
    enum PricesWord {
        /// 税込
        Included,
        /// 税抜
        Excluded,
    }

    /// 税を足す単位
    enum PerWord {
        /// 月（表の期間）ごと
        Month,
        /// 請求ごと
        Claim,
        /// 請求書ごと（水道と下水道の合計）
        Bill,
    }

    /// 端数処理の対象
    enum StageWord {
        /// 1行ごと
        Line,
        /// 月（表の期間）の合計
        Month,
        /// 請求の合計
        Claim,
    }

    /// 税を足す前か後か
    enum BeforeAfterWord {
        /// 前
        Before,
        /// 後
        After,
    }

    /// 日数の数え方
    enum CountWord {
        /// 初日だけ数える
        Start,
        /// 初日も最終日も数える
        Both,
    }

    /// 基本料金の日割・月割
    enum ServiceWord {
        /// 割る
        Share,
        /// 割らない
        Whole,
    }

    /// 従量料金の日割・月割
    enum VolumeWord {
        /// 段階の上限を割る
        Share,
        /// 表のまま
        Whole,
        /// 基本水量だけを割る
        Included,
        /// 水量を1か月分に換算し、額を日割する
        Convert,
    }

    /// 割り切れない水量
    enum RemainderWord {
        /// 1戸に1m³ずつ
        Spread,
        /// 1戸にまとめて
        First,
        /// 次回へ繰り越す
        Carry,
        /// 端数のまま（表を戸数倍にする）
        Exact,
    }

    /// 連用の基本料金
    #[derive(Default)]
    enum SharedServiceWord {
        /// 1戸ごと
        #[default]
        Dwelling,
        /// メーターの口径の分を1つ
        Meter,
    }

    /// 別に税と端数を計算するもの
    enum ApartWord {
        /// 基本料金
        Service,
        /// 従量料金
        Volume,
        /// メーター使用料
        Rent,
    }

    /// 数量をいつ数えるか
    enum UnitPerWord {
        /// 表の期間ごと
        Month,
        /// 請求に1度だけ
        Claim,
    }

    /// 連用の端数処理の単位
    #[derive(Default)]
    enum RoundPerWord {
        /// 請求の合計で
        #[default]
        Claim,
        /// 1戸ごと
        Dwelling,
    }

    /// 減免の対象
    enum BasisWord {
        /// 基本料金
        Service,
        /// 従量料金
        Volume,
        /// メーター使用料
        Rent,
        /// 全部
        All,
    }
}

impl RoundingForm {
    /// Whether it comes before the sum of the claim.
    pub(super) fn is_below_claim(&self) -> bool {
        self.of != StageWord::Claim
    }
}

impl ProrationStepForm {
    /// Whether it depends on the volume.
    pub(super) fn has_volume(&self) -> bool {
        self.to_m3.is_some() || self.to_included.is_some()
    }
}
