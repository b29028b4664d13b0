/** 所有作业的总览。 */
import type { overview as english } from '../en/overview.ts';

export const overview: Record<keyof typeof english, string> = {
  'nav.overview': '总览',
  'over.jobs': '作业',
  'over.none': '暂无作业。',
  'over.create': '创建作业',
  'over.exposure': '若此刻异常，重新读取最多的作业',
  'over.exposureNote': '运行中的作业，自最新快照以来的记录',
  'over.exposureNone': '没有运行中的作业。',
  'over.attention': '需要处理',
  'over.attentionNone': '没有作业失败，也没有告警。',
  'over.alarm': '告警 {name}',
  'over.records': '记录数',
  'over.age': '最新快照',
  'over.capacity': '容量',
  'over.free': '空闲 {free}，共 {total} CU',
  'over.help': '未雨绸缪',
  'over.guide': '如果……，我的数据会怎样：32 种情形，逐个作业回答',
  'over.recipes': '体验一次自我证明的重启：重启示例',
  'over.snapshots': '快照占用多少，哪些文件已无用处',
};
