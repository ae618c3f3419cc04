# 评分办法用语在中文句子中的说法。一个概念只用一个词：
#
# contribution 贡献 · pull request 拉取请求 · review 审查 · review comment 行内评论 · issue 议题 · issue comment 评论 · commit 提交 · release 发行版
# discussion 讨论 · points 分 · credits 学分 · policy 评分办法 · rule 规则 · measure 指标 · factor 系数 · limit 上限 · term 学期 · repository 仓库
# category 类别 · group 组 · member 成员 · statement 登记事项 · mark 教师评分 · confirmation 确认 · time log 工时记录 · share 份额 · role 任职
# achievement 成果 · licence 许可证 · label 标签 · effective lines 有效行 · flag 待人工核查 · carry 结转 · payout 发放 · notice 公示 · appeal 申诉

kind-pull_request = 拉取请求
    .many = 拉取请求
kind-review = 审查
    .many = 审查
kind-review_comment = 行内评论
    .many = 行内评论
kind-issue = 议题
    .many = 议题
kind-issue_comment = 评论
    .many = 评论
kind-commit = 提交
    .many = 提交
kind-release = 发行版
    .many = 发行版
kind-discussion = 讨论
    .many = 讨论
kind-discussion_comment = 讨论回复
    .many = 讨论回复

statement-mark = 教师评分
    .many = 教师评分
statement-confirmation = 确认
    .many = 确认
statement-time_log = 工时记录
    .many = 工时记录
statement-share = 份额
    .many = 份额
statement-adjustment = 分数调整
    .many = 分数调整
statement-role = 任职
    .many = 任职
statement-achievement = 成果
    .many = 成果
statement-exclusion = 排除
    .many = 排除
statement-declaration = 自动化声明
    .many = 自动化声明
statement-credited = 此前已认定的学分
    .many = 此前已认定的学分
statement-withdrawal = 撤回
    .many = 撤回

state-open = 未关闭
state-closed = 已关闭
state-merged = 已合并
state-commented = 仅评论
state-approved = 已批准
state-changes_requested = 已要求修改
state-dismissed = 已作废
state-completed = 已解决
state-not_planned = 不予处理
state-duplicate = 重复
state-published = 已发布
state-prerelease = 预发布

answer-counted = 计入
answer-flagged = 计入，但须先经人工核查
answer-zero = 不得分
answer-not_yet = 暂不计入
answer-not_applicable = 本办法不适用

# 由谁确认：其他名称照评分办法的写法。
who-mentor = 导师
who-committee = 评审委员会
who-author = 作者
who-teacher = 教师
who-project = 项目方

list-separator = 、
list-or = 或
list-then = ，然后是

# 数量。
points-of = { $points } 分
items-of = { $items } 项贡献
days-of = { $days } 天
lines-of = { $lines } 有效行
# 指标须达到的值。
reach = { $below ->
    [none] 不少于 { $from }
   *[other] 少于 { $below }
  }
# 指标的统计结果。
amount-of = { $count ->
    [items] 共 { $amount } 项
    [kinds] 共 { $amount } 种
    [repositories] 共 { $amount } 个仓库
    [weeks] 共 { $amount } 周
    [largest_lines] 最大一项为 { $amount } 有效行
    [hours] 共 { $amount } 小时
    [marks] 评分合计 { $amount }
    [openrank] OpenRank 为 { $amount }
    [activity] 活跃度为 { $amount }
   *[other] { $amount } { $count }
  }
