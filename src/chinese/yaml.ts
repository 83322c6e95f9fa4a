// PURE: what the YAML parser says of a configuration that is no YAML, in Chinese; behind `FILE:LINE:COLUMN: `.
import { said, type Saying } from './sayings.ts';

/** The first that fits counts; what is rarer stays English. */
// prettier-ignore
export const YAML: readonly Saying[] = [
  said('Tabs are not allowed as indentation', '缩进不能用制表符（Tab），请用空格'),
  said('Map keys must be unique', '同一个项写了两次'),
  said('Missing closing ["\']quote', '引号没有结束'),
  said('Nested mappings are not allowed in compact mappings', '一行里只能有一个“key: value”；下一级请另起一行并缩进，含“: ”的文字请加引号'),
  said('Implicit keys (?:of flow sequence pairs )?need to be on a single line', '这个项没有写完：冒号前的内容必须在同一行'),
  said('Implicit map keys need to be followed by map values', '缺少冒号和值（key: value）'),
  said('A block sequence may not be used as an implicit map key', '列表（以 - 开头的行）不能写在这里：请检查缩进'),
  said('All (?:mapping|sequence) items must start at the same column', '同一级的各行必须从同一列开始：请检查缩进'),
  said('Block (?:collections|scalars).* are not allowed within flow collections', '方括号或花括号里的写法不对：缺少逗号，或括号没有结束'),
  said('Flow (?:sequence|map) in block collection .*', '方括号或花括号里的内容必须缩进，并以相应的括号结束'),
  said('Missing , (?:or : )?between flow (?:map|sequence) items', '括号里的各项之间缺少逗号'),
  said('Missing space after : in .+', '冒号后面缺少空格'),
  said('Comments must be separated from other tokens by white space characters', '注释的 # 前面要有空格'),
  said('Plain value cannot start with (.+)', '值不能以 $1 开头：请加引号'),
  said('Invalid escape sequence (.+)', '双引号里的 $1 不是有效的转义：请改用单引号'),
  said('Sequence item without - indicator', '列表的这一行缺少“- ”'),
  said('Unexpected (.+?)(?: token)?(?: (?:in|at) .+)?', '这里不该有 $1'),
  said(String.raw`Unresolved alias \(.+\): (.+)`, '“*$1”引用了没有定义的“&$1”；以 * 开头的文字请加引号'),
  said('Unresolved tag: (.+)', '不认识的标签 $1；以 ! 开头的文字请加引号'),
];
