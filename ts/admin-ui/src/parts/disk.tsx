/** How full the disk of a data directory is. */
import { useTranslation } from 'react-i18next'
import type { Broker } from '../api.ts'
import { useFormat } from './use-format.ts'

export type Directory = Broker['directories'][number]

const toneOf = ({ failed, full, low }: Directory): 'good' | 'warn' | 'bad' => {
  if (failed || full) return 'bad'
  return low ? 'warn' : 'good'
}

export const Disk = ({ directory }: { readonly directory: Directory }) => {
  const { t } = useTranslation()
  const { bytes } = useFormat()
  const { path, totalBytes, freeBytes } = directory
  const total = Number(totalBytes)
  const used = total - Number(freeBytes)
  return (
    <div className="disk">
      <meter className={toneOf(directory)} min={0} max={total} value={used} aria-label={t('disk.used', { path })} />
      <span>
        {directory.failed ? t('disk.failed') : t('disk.free', { free: bytes(freeBytes), total: bytes(totalBytes) })}
      </span>
    </div>
  )
}
