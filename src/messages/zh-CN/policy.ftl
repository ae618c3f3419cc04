# 用平实的文字说明一份评分办法：accredit policy explain。评分办法能写的每一件事各有一条。

policy-audience = { $audience ->
    [students] 适用于学生。
    [faculty] 适用于教师。
   *[everyone] 适用于学生和教师。
  }
policy-years = 考察截至本学期末的 { $years } 年。
policy-term = 只考察本学期。

heading-eligibility = 哪些工作可以计入
heading-repositories = 哪些仓库可以计入
heading-rules = 每一项的得分
heading-measures = 指标
heading-factors = 整组的系数
heading-limits = 上限
heading-units = 拆分的工作
heading-works = 一项工作多次申报，多人分享一项贡献
heading-requirements = 必须达到的要求
heading-payout = 分数的发放
heading-credits = 分数与学分
heading-flags = 须先经人工核查的情况
heading-decision = 如何认定

## 哪些工作可以计入

eligibility-own = { $own ->
    [exclude] 自有仓库中的工作不计入。
   *[count] 自有仓库中的工作计入。
  }
eligibility-labels = 带有下列标签之一的不计入：{ $labels }。
eligibility-waiting = 贡献自所属日期（合并或关闭较晚的，自合并或关闭）起满 { days-of }后计入；被还原的重新计算等待时间。
eligibility-automation = { $automation ->
    [allow] 由机器完成或协助完成的工作计入。
    [declare] 由机器完成或协助完成的工作，成员声明过的计入；只有标记而无声明的须经人工核查。
   *[deny] 由机器完成或协助完成的工作不得分。
  }

## 哪些仓库可以计入

repositories-all = 本校登记的全部仓库。
repositories-licence = 许可证须为 OSI 认可的许可证。
repositories-age = 完成工作时仓库须建立至少 { days-of }。
repositories-outside = 须有至少 { $people } 名校外贡献者。
repositories-allow = 仅限：{ $repositories }。
repositories-deny = 不含：{ $repositories }。
repositories-registered = 须在 { $day } 及以前由本校登记。
category-line = 类别 { $category }{ $factor ->
    [none] { "" }
   *[other] ：全部 × { $factor }
  }{ $own ->
    [none] { "" }
    [exclude] ；自有仓库中的工作不计入
   *[count] ；自有仓库中的工作计入
  }。

## 规则与指标

rule-head = { $id }{ in-group }：{ $kinds }
in-group = { $group ->
    [none] { "" }
   *[other] （{ $group } 组）
  }
select-states = 仅限状态为：{ $states }
select-categories = 仅限类别为 { $categories } 的仓库
select-names = 仅限名称为 { $names }
select-confirmed = 须经{ $who }确认
select-opened = 须在 { $day } 及以前提出
select-closed = 须在 { $day } 及以前合并或关闭
select-zone = 日期按时区 { $zone } 计算
dated-opened = 按提出、提交或发布的日期归入学期
dated-closed = 按合并或关闭的日期归入学期
requires-merged = 已合并
requires-confirmed_by_another = { $kind ->
    [pull_request] 由他人合并或有他人的有效批准
    [issue] 由他人已合并的拉取请求解决
   *[other] 由他人合并或有他人的有效批准；议题须由他人已合并的拉取请求解决
  }
requires-on_anothers_work = 针对他人的工作
requires-on_accepted_work = 所针对的工作已合并或已解决
requires-in_own_pull_request = 由成员本人的拉取请求带入
requires-reviewed_more_than_once = 经他人审查一次以上
requires-source_code = 改动了程序源代码
requires-changes_lines = 改动了由人编写的行

pay-points = 得 { points-of }
pay-each = 每{ pay-unit }得 { points-of }
pay-each-most = 每{ pay-unit }得 { points-of }，最多 { $most } 分
pay-ladder = 按{ $unit ->
    [pull_request] 有效行数
    [time_log] 小时数
    [mark] 评分
    [items] 项数
    [kinds] 种数
    [repositories] 仓库数
    [weeks] 周数
    [largest_lines] 最大一项的有效行数
    [hours] 小时总数
    [marks] 评分合计
    [openrank] OpenRank
    [activity] 活跃度
   *[other] 数量
  }分档：{ $steps }
pay-unit = { $unit ->
    [pull_request] 有效行
    [time_log] 小时
    [mark] 评分 1 分
    [items] 项
    [kinds] 种
    [repositories] 个仓库
    [weeks] 周
    [largest_lines] 有效行（最大一项）
    [hours] 小时（合计）
    [marks] 评分 1 分（合计）
    [openrank] 单位 OpenRank
    [activity] 单位活跃度
   *[other] 单位
  }
pay-step-from = { $amount } 起得 { points-of }
pay-step-above = 超过 { $amount } 得 { points-of }
pay-nothing = 本身不得分，只供条件引用
pay-in = 在类别为 { $category } 的仓库中改为得 { points-of }
pay-size = 按有效行数：{ $steps }
size-step = { $from } 行起 × { $factor }

measure-head = { $id }{ in-group }：{ $count ->
    [items] 共有多少项
    [kinds] 共有多少种
    [repositories] 涉及多少个仓库
    [weeks] 有工作的周数（周一至周日）
    [largest_lines] 最大一项的有效行数
    [hours] 工时记录的小时总数
    [marks] 各名称最新教师评分的合计
    [openrank] 成员的 OpenRank，各月合计
   *[activity] 成员的活跃度，各月合计
  }
select-kinds = 限于：{ $kinds }
measure-each = 每个仓库分别统计，分别得分
measure-later = 多出的一项可以补到后面没有工作的一周，不能补到前面
measure-percentile = 取全班中不高于本人者所占的比例；并列者相同
measure-rank = 取全班名次：第一名为 1，最后一名为 0，其间均匀递减；并列者取较好的名次
measure-when = 只有指标 { $measure } { reach }时才得分
factor-line = { $id }：{ $group } 组的得分乘以 { $factor }，条件是指标 { $measure } { reach }。

## 上限、单元、工作

limit-points = { limit-per }{ limit-scope }最多计 { points-of }。
limit-items = { limit-per }{ limit-scope }最多计 { items-of }。
limit-per = { $per ->
    [item] 每一项
    [kind] 每一种
    [work] 每个拉取请求或议题（连同所属各项）
    [repository] 每个仓库
    [category] 每类仓库
    [group] 每组
    [day] 每天
    [week] 每周
    [month] 每月
   *[term] 每学期
  }
limit-scope = { $kinds ->
    [none] { "" }
   *[other] （{ $kinds }）
  }{ $groups ->
    [none] { "" }
   *[other] （仅限 { $groups } 组）
  }{ $categories ->
    [none] { "" }
   *[other] （仅限类别为 { $categories } 的仓库）
  }
units-line = 同一成员在同一仓库{ $same ->
    [files] 、改动同一文件
   *[repository] { "" }
  }的拉取请求，每个与前一个相隔不超过 { days-of }的，合计得分不超过同等规模的一个拉取请求，另加其 { $bonus }。
works-highest = 成员以同一项工作多次申报的，只计得分最高的一次。
works-team = { $team } 人团队的份额，按名次依次为：{ $parts }。
works-numbers = 多人分享的贡献，各人按登记的份额得分。

## 要求、发放、学分

requirement-line = 指标 { $measure } { reach }才有学分。
payout-line = { $per ->
    [month] 每月
   *[term] 每学期
  }按每 { $step } 分一档发放{ $most ->
    [none] { "" }
   *[other] ，每次最多 { $most } 分
  }；余下的结转。
credits-line = 每 { $points } 分折合 1 学分；学分{ $rounding ->
    [down] 向下取
    [up] 向上取
    [half_up] 就近取（居中时向上）
   *[half_even] 就近取（居中时取偶数倍）
  } { $step } 的整数倍。
credits-minimum-line = 不足 { credits-of }的不计。
credits-cap-line = 每学期最多 { credits-of }。
credits-lifetime-line = 各学期总共最多 { credits-of }。
credits-needed-line = 总共取得 { credits-of }后方可使用。
credits-of = { $credits } 学分

## 核查、认定

flags-velocity_day = 一天超过 { $items } 个拉取请求
flags-velocity_week = 一周超过 { $items } 个拉取请求
flags-instant = 超过 { $lines } 行而在不到 { $minutes } 分钟内得到确认
flags-mutual = 两人互相确认：在各自给出和得到的确认中都超过 { $part }，合计 { $items } 次起
flags-spam = 有 { $items } 项或更多被标为垃圾或无效
decision-confirmed = 整个学期须经{ $who }确认。
decision-notice = 结果公示 { $days } 个工作日后生效。
decision-appeal = 学生可在 { $days } 个{ decision-days }内申诉。
decision-days = { $are ->
    [working] 工作日
   *[calendar] 自然日
  }
decision-recorded = 教务系统登记成绩为 { $mark }。
decision-person = 由人作出认定。
