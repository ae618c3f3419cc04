# 得分的计算过程：accredit score --explain。

working-contribution = { $kind } { $place }
working-statement = { $kind }，登记编号 { $statement }
working-measure = 指标 { $measure }{ $repository ->
    [none] { "" }
   *[other] （{ $repository }）
  }，为 { $amount }
working-carry = { $carry ->
    [in] 此前结转而来
   *[out] 结转至下学期
  }
working-head = { $points }  { $what }，{ $day }：{ $answer }
working-rule = { $rule }：{ $product } = { $earned }
working-basis = 依据：{ $reason }
working-factor = × { $value } { $name }：{ $reason }
working-excluded = 理由：{ $reason }
working-limited = 上限：{ $reason }
working-flag = 待核查：{ $reason }
working-measured = 计入指标 { $measures }
working-total = 合计：{ points-of }
working-carried = 结转：{ points-of }
working-unmet = 未达要求：{ $reason }
working-no-account = 该成员没有绑定 GitHub 账号，无从得知：这不等于零分
working-credits = 学分：{ $reason }

factor-size = 规模
factor-category = 类别
factor-share = 份额

bundle-same = 按此评分办法由所附事实重新计算，结果相同：{ points-of }，{ $credits } 学分，各行全部一致（{ $lines } 行）
bundle-other = 按此评分办法由所附事实重新计算，结果与文件所载不同：{ points-of }、{ $credits } 学分，而不是 { $old_points } 分、{ $old_credits } 学分；有 { $lines } 行不同{ $first ->
    [none] { "" }
   *[other] ，第一处是 { $first }
  }
bundle-lacks = 此文件是为另一评分办法收集的，缺少本办法所需的事实：{ $what ->
    [years] 相同年限内的贡献
    [outside_contributors] 各仓库的校外贡献者人数
    [network] 全班的网络得分
   *[prior] 以往学期在同名评分办法下的结转与学分
  }。请用本办法给该学期评分：accredit score --term { $term } --policy
bundle-other-policy = 注意：此评分办法与文件所附的不同（哈希值为 { $hash }，而不是 { $old_hash }）
