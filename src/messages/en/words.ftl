# The words of the policy language, as English sentences say them. One word for each thing:
# contribution, pull request, review, issue; points, credits; rule, measure, factor, limit; term, repository, category, group; member; statement.

kind-pull_request = pull request
    .many = pull requests
kind-review = review
    .many = reviews
kind-review_comment = review comment
    .many = review comments
kind-issue = issue
    .many = issues
kind-issue_comment = issue comment
    .many = issue comments
kind-commit = commit
    .many = commits
kind-release = release
    .many = releases
kind-discussion = discussion
    .many = discussions
kind-discussion_comment = discussion comment
    .many = discussion comments

statement-mark = mark
    .many = marks
statement-confirmation = confirmation
    .many = confirmations
statement-time_log = time log
    .many = time logs
statement-share = share
    .many = shares
statement-adjustment = adjustment
    .many = adjustments
statement-role = role
    .many = roles
statement-achievement = achievement
    .many = achievements
statement-exclusion = exclusion
    .many = exclusions
statement-declaration = declaration
    .many = declarations
statement-credited = credits given before
    .many = credits given before
statement-withdrawal = withdrawal
    .many = withdrawals

state-open = open
state-closed = closed
state-merged = merged
state-commented = commented
state-approved = approved
state-changes_requested = changes requested
state-dismissed = dismissed
state-completed = completed
state-not_planned = not planned
state-duplicate = duplicate
state-published = published
state-prerelease = prerelease

answer-counted = counts
answer-flagged = counts, and a person must look at it first
answer-zero = is worth nothing
answer-not_yet = does not count yet
answer-not_applicable = is not for this policy

# Whose confirmation: other words stand as the policy writes them.
who-mentor = the mentor
who-committee = the committee
who-author = the author
who-teacher = the teacher
who-project = the project

list-separator = { ", " }
list-or = { " or " }
list-then = , then{ " " }

# Amounts.
points-of = { COUNT($points) ->
    [one] { $points } point
   *[other] { $points } points
  }
items-of = { COUNT($items) ->
    [one] { $items } contribution
   *[other] { $items } contributions
  }
days-of = { COUNT($days) ->
    [one] { $days } day
   *[other] { $days } days
  }
lines-of = { COUNT($lines) ->
    [one] { $lines } effective line
   *[other] { $lines } effective lines
  }
# What a measure must reach.
reach = { $below ->
    [none] at least { $from }
   *[other] less than { $below }
  }
# What a measure counted.
amount-of = { $count ->
    [items] { COUNT($amount) ->
        [one] { $amount } item
       *[other] { $amount } items
      }
    [kinds] { COUNT($amount) ->
        [one] { $amount } kind
       *[other] { $amount } kinds
      }
    [repositories] { COUNT($amount) ->
        [one] { $amount } repository
       *[other] { $amount } repositories
      }
    [weeks] { COUNT($amount) ->
        [one] { $amount } week
       *[other] { $amount } weeks
      }
    [largest_lines] { COUNT($amount) ->
        [one] { $amount } effective line in the largest
       *[other] { $amount } effective lines in the largest
      }
    [hours] { COUNT($amount) ->
        [one] { $amount } hour
       *[other] { $amount } hours
      }
    [marks] marks of { $amount } together
    [openrank] an OpenRank of { $amount }
    [activity] an activity of { $amount }
   *[other] { $amount } { $count }
  }
