# 每一行得分的理由：每个代码一条，名称与代码相同。句末不加句号。用词见 words.ftl 开头的对照表。

## 不适用

other_account = 由其他账号完成，或 GitHub 未给出账号
untracked_repository = 本校未登记该仓库
no_rule = 评分办法中没有针对{ $kind }的规则
category = 规则 { $rule } 不适用于{ $category ->
    [none] 不针对任何仓库的事项
   *[other] 类别为 { $category } 的仓库
  }
outside_term = { $dated_by ->
    [closed] 合并或关闭
   *[other] 完成
  }于 { $day }，而计入的期间为 { $from } 至 { $last }
name = 规则 { $rule } 要求名称为 { $names }，而{ $name ->
    [none] 此项没有名称
   *[other] 此项为 { $name }
  }

## 不得分

bot = 该账号属于机器人
own_repository = 该仓库属于成员本人，评分办法不计自有仓库中的工作
label = 带有标签 { $label }，评分办法不计带此标签的贡献
no_change = 显示为已合并，但没有改动任何文件
no_commit = 显示为已合并，但其中没有一个提交属于它自己
state = 规则 { $rule } 要求状态为“{ $states }”，而此项为“{ $state }”
not_merged = 规则 { $rule } 要求已合并，而此项未合并
not_confirmed = 规则 { $rule } 要求有他人认可（合并或批准拉取请求，或解决议题），而此项没有
own_work = 规则 { $rule } 要求针对他人的工作，而此项针对成员自己的工作
not_accepted = 规则 { $rule } 要求所针对的工作已合并或已解决，而它没有
not_in_own_pull_request = 规则 { $rule } 要求由成员本人的拉取请求带入，而此项不是
not_reviewed_more_than_once = 规则 { $rule } 要求经他人审查一次以上，而此项没有
no_source_code = 规则 { $rule } 要求改动程序源代码，而此项没有
no_lines = 规则 { $rule } 要求改动由人编写的行，而此项没有
opened_late = 提出于 { $day }，而规则 { $rule } 只计 { $last } 及以前提出的
closed_late = 合并或关闭于 { $day }，而规则 { $rule } 只计 { $last } 及以前合并或关闭的
licence = { $licence ->
    [none] 该仓库没有许可证
    [unknown] 该仓库的许可证不明
   *[other] 该仓库的许可证为 { $licence }
  }，而评分办法要求 OSI 认可的许可证
repository_age = 完成此项工作时该仓库建立了 { days-of }，而评分办法要求至少 { $least } 天
outside_contributors = 该仓库有 { $people } 名校外贡献者，而评分办法要求至少 { $least } 名
not_listed = 评分办法的名单中没有仓库 { $repository }
denied = 评分办法排除了仓库 { $repository }
registered_late = 本校于 { $day } 登记该仓库，而评分办法要求在 { $last } 及以前登记
automation = { $mark ->
    [declared] 成员声明由机器完成或协助完成
   *[other] 带有机器完成的标记（{ $mark }）
  }，评分办法不计此类工作
excluded_by_person = { $by } 于 { $day } 认定此项不计：{ $why }
paid_before = 已在学期 { $term } 计入
counted_elsewhere = 同一工作已计入另一项：{ $other }
share_not_backed = 该份额既没有提交为证，也没有作者和导师的确认
withdrawn = { $by } 于 { $day } 撤回：{ $why }
condition_not_met = 只有指标 { $measure } { reach }时才得分，而它为 { $amount }

## 暂不计入

still_open = 规则 { $rule } 在合并或关闭后计入，而此项尚未关闭
waiting = 自 { $until } 起计入：评分办法规定先等待 { days-of }
waiting_after_revert = 已于 { $reverted } 被还原，须重新等待 { days-of }，至 { $until }
not_yet_confirmed = 规则 { $rule } 要求由{ $who }确认，目前尚未确认
months_not_over = 它取决于整月的数据，而有关月份尚未全部结束
not_countersigned = 目前只有一人提出：经第二人会签后，这 { $points } 分才计入

## 受上限限制

cap_item = 评分办法规定每项贡献{ cap-scope }{ cap-most }{ cap-left }
cap_kind = 评分办法规定每种贡献{ cap-scope }{ cap-most }{ cap-left }
cap_work = 评分办法规定每个拉取请求或议题{ cap-scope }{ cap-most }{ cap-left }
cap_repository = 评分办法规定每个仓库{ cap-scope }{ cap-most }{ cap-left }
cap_category = 评分办法规定每类仓库{ cap-scope }{ cap-most }{ cap-left }
cap_group = 评分办法规定每组规则{ cap-scope }{ cap-most }{ cap-left }
cap_day = 评分办法规定每天{ cap-scope }{ cap-most }{ cap-left }
cap_week = 评分办法规定每周{ cap-scope }{ cap-most }{ cap-left }
cap_month = 评分办法规定每月{ cap-scope }{ cap-most }{ cap-left }
cap_term = 评分办法规定每学期{ cap-scope }{ cap-most }{ cap-left }

cap-most = 最多计 { $points ->
    [none] { items-of }
   *[other] { points-of }
  }
cap-scope = { $kinds ->
    [none] { "" }
   *[other] （{ $kinds }）
  }{ $groups ->
    [none] { "" }
   *[other] （仅限 { $groups } 组）
  }{ $categories ->
    [none] { "" }
   *[other] （仅限类别为 { $categories } 的仓库）
  }
# how 说明结果：项数已满、分数已用完、单项上限，或尚余若干。
cap-left = { $how ->
    [number] ，项数已满
    [nothing] ，分数已用完
    [own] ，因此 { earned-of }中计 { $counts } 分
   *[rest] ，其中尚余 { $counts } 分，因此 { earned-of }中计 { $counts } 分
  }
earned-of = { $earned } 分
cap_unit = 此项与其他拉取请求属于同一单元：共 { $items } 个拉取请求、{ lines-of }，合计最多计 { $most } 分（同等规模的一个拉取请求所得，另加其 { $bonus }），因此 { earned-of }中计 { $counts } 分

## 系数

size = { lines-of }，适用 { $from } 行起的一档
size_unknown = GitHub 未给出改动文件的清单，因此规模不影响得分
category_factor = 类别为 { $category } 的仓库
share = { $rank ->
    [none] { $rest ->
        [none] 成员的份额为 { $value }
       *[other] 扣除他人的份额后为 { $value }
      }
   *[other] 成员在 { $team } 人团队中排第 { $rank }，份额为 { $value }{ $rest ->
        [none] { "" }
       *[other] （他人所余）
      }
  }
group_factor = { $factor }：指标 { $measure } 为 { $amount }，{ reach }时适用此系数

## 一行的待核查事项

instant_review = 该改动有 { $lines } 行，{ COUNT($minutes) ->
    [zero] 不到一分钟就得到了确认
   *[other] 过了 { $minutes } 分钟就得到了确认
  }
automation_mark = 带有机器完成的标记（{ $mark }），而成员没有声明
copied = 相同的代码行此前已出现：{ $url }
moved = { $of } 行中有 { $lines } 行只是移动了位置或只有空白不同
unread = { $of } 行中有 { $lines } 行所在文件过大，GitHub 不予显示，未能查明是否只有空白不同
reverted = 已于 { $day } 被还原（编号 { $number }）
gone = GitHub 上已看不到此项，发现于 { $day }
unvouched_time = { $days ->
    [none] 此提交不是由拉取请求带入的
   *[other] 带入此提交的拉取请求开放了 { days-of }
  }，其时间无人可以证明

## 成员的待核查事项

velocity_day = { $day } 当天提出了 { $items } 个拉取请求；一天超过 { $most } 个须经人工核查
velocity_week = { $day } 所在的一周提出了 { $items } 个拉取请求；一周超过 { $most } 个须经人工核查
mutual_reviews = 成员与账号 { $account } 互相确认：对方确认了成员的 { $received } 个拉取请求，成员确认了对方的 { $given } 个，在双方给出和得到的确认中都超过 { $part }
spam = 有 { $items } 项贡献被标为垃圾或无效
account_changed = { $day } 绑定了另一个账号

## 总计

requirement_not_met = 评分办法要求指标 { $measure } { reach }，而它{ $amount ->
    [none] 尚不可知
   *[other] 为 { $amount }
  }
carried_in = 由{ $from ->
    [none] 此前的学期
   *[other] { " " }{ $from }{ " " }
  }结转而来
carried_out = 按每 { $step } 分一档发放{ $most ->
    [none] { "" }
   *[other] ，每次最多 { $most } 分
  }；余下的结转
measured = { amount-of }
stated = { $by } 于 { $day } 登记：{ $why }

## 学分

credits_none = { credits-rate }：没有学分{ credits-needed }
credits = { credits-rounded }：{ $credits } 学分{ credits-needed }
credits_minimum = { credits-rounded }：{ $rounded } 学分，低于最低的 { $minimum } 学分，因此没有学分{ credits-needed }
credits_cap = { credits-rounded }：{ $rounded } 学分，超过上限 { $cap } 学分，因此为 { $credits } 学分{ credits-needed }
credits_lifetime_cap = { credits-rounded }：{ $rounded } 学分，加上此前学期的 { $prior } 学分超过总上限 { $lifetime_cap } 学分，因此为 { $credits } 学分{ credits-needed }
credits_unmet = { points-of }，但未达到评分办法对 { $measures } 的要求：没有学分{ credits-needed }
credits-rate = { points-of }，每 { $per_credit } 分折合 1 学分
credits-rounded = { credits-rate }，{ $rounding ->
    [down] 向下取
    [up] 向上取
    [half_up] 就近取（居中时向上）
   *[half_even] 就近取（居中时取偶数倍）
  } { $step } 的整数倍
credits-needed = { $needed ->
    [none] { "" }
   *[other] ；连同此前学期共 { $total } 学分，总共需要 { $needed } 学分
  }
